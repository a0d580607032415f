import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataFrame } from 'danfojs-node';
import { NoNotebookError } from '../../../src/plot/notebook/show';
import { liveTable, showTable, tableHtml, tableText } from '../../../src/plot/notebook/table';

const rows = [
  { name: 'a<b', psnr: 26.12345678 },
  { name: 'c', psnr: null, note: '"x" & y' },
];

test('a table has a column for every key of any row, empty where a row lacks it', () => {
  const found = [...tableHtml(rows).matchAll(/<t[hd]>(.*?)<\/t[hd]>/g)].map(([, text]) => text);
  assert.deepEqual(found, ['name', 'psnr', 'note', 'a&#60;b', '26.1235', '', 'c', '', '&#34;x&#34; &#38; y']);
});

test('as text its columns are aligned', () => {
  assert.equal(
    tableText([
      { epoch: 1, loss: 0.5 },
      { epoch: 10, loss: 0.25 },
    ]),
    'epoch  loss\n    1   0.5\n   10  0.25',
  );
});

test('a DataFrame and its rows give the same table', () => {
  const plain = [
    { epoch: 1, loss: 0.5 },
    { epoch: 2, loss: 0.25 },
  ];
  assert.equal(tableHtml(new DataFrame(plain)), tableHtml(plain));
});

test('outside of a notebook there is nowhere to show it', () => {
  assert.throws(() => showTable(rows), NoNotebookError);
  assert.throws(() => liveTable()(rows), NoNotebookError);
});
