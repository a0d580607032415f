import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataFrame } from 'danfojs-node';
import { JSDOM } from 'jsdom';
import { NoNotebookError } from '../../../src/plot/notebook/show';
import { liveTable, showTable, tableCsv, tableHtml, tableText } from '../../../src/plot/notebook/table';

const rows = [
  { name: 'a<b', psnr: 26.12345678 },
  { name: 'c', psnr: null, note: '"x" & y' },
];

test('a table has a column for every key of any row, empty where a row lacks it', () => {
  const found = [...tableHtml(rows).matchAll(/<t[hd](?: [^>]*)?>(.*?)<\/t[hd]>/g)].map(([, text]) => text);
  assert.deepEqual(found, ['name', 'psnr', 'note', 'a&#60;b', '26.1235', '', 'c', '', '&#34;x&#34; &#38; y']);
});

test('as text its columns are aligned', () => {
  assert.equal(
    tableText([
      { epoch: 1, loss: 0.5 },
      { epoch: 10, loss: 0.25 },
    ]),
    'epoch  loss\n    1  0.50\n   10  0.25',
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

test('the numbers of a column have the same digits after the point, and text stands at the left', () => {
  assert.equal(
    tableText([
      { name: 'a', psnr: 26.5 },
      { name: 'long', psnr: 131.123456 },
    ]),
    'name     psnr\na      26.500\nlong  131.123',
  );
  const html = tableHtml([{ name: 'a', psnr: 26.5 }]);
  assert.match(html, /<td style="text-align:left">a<\/td><td style="text-align:right">26.5<\/td>/);
});

test('a column of whole numbers has no point, and one of very unequal numbers has powers of ten', () => {
  assert.equal(tableText([{ n: 5 }, { n: 1234567 }]), '      n\n      5\n1234567');
  assert.equal(tableText([{ n: 0.00001234567 }, { n: 1234.5678 }]), '       n\n1.235e-5\n1.235e+3');
});

test('a click on a column sorts by it, a second one the other way, and empty cells stay last', () => {
  const { window } = new JSDOM(tableHtml([{ n: 10 }, { n: null }, { n: 9 }]), { runScripts: 'dangerously' });
  const column = () => [...window.document.querySelectorAll('td')].map((cell) => cell.textContent);
  const head = window.document.querySelector('th')!;
  head.click();
  assert.deepEqual(column(), ['9', '10', '']);
  head.click();
  assert.deepEqual(column(), ['10', '9', '']);
});

test('numbers in a column that also has text are each written by itself', () => {
  const text = tableText([{ value: 20 }, { value: 'reach' }, { value: 0.003 }, { value: 0 }]);
  assert.deepEqual(
    text.split('\n').map((line) => line.trim()),
    ['value', '20', 'reach', '0.003', '0'],
  );
});

test('as CSV it has every digit, and quotes where they are needed', () => {
  assert.equal(tableCsv(rows), 'name,psnr,note\r\na<b,26.12345678,\r\nc,,"""x"" & y"\r\n');
  assert.equal(tableCsv([{ rate: [1e-4, 1e-5] }]), 'rate\r\n"[0.0001,0.00001]"\r\n');
});

test('the best numbers of a column are bold within rows of one set, and those that read alike all are', () => {
  const scores = [
    { set: 'a', model: 'one', psnr: 30.123, error: 5 },
    { set: 'a', model: 'two', psnr: 30.124, error: 4 },
    { set: 'a', model: 'none', psnr: null, error: 7 },
    { set: 'b', model: 'one', psnr: 20.5, error: 9 },
  ];
  const options = { best: { psnr: 'higher', error: 'lower' }, within: 'set', digits: { psnr: 2 } } as const;
  const bold = [...tableHtml(scores, options).matchAll(/<b>(.*?)<\/b>/g)].map(([, text]) => text);
  assert.deepEqual(bold, ['30.12', '30.12', '4']);
  assert.match(tableText(scores, options), /20\.50/);
});
