import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../../src/errors';
import { explore, Explorer } from '../../../src/plot/notebook/explore';
import { NoNotebookError } from '../../../src/plot/notebook/show';

const parameters = { sigma: [0, 3], scale: [2, 3, 4], protocol: ['report', 'paper'] } as const;

test('two numbers are a range that begins in its middle, other lists begin with their first', async () => {
  const explorer = new Explorer(parameters, (values) => JSON.stringify(values));
  await explorer.begin();
  const { values, html, parameters: shown } = explorer.look();
  assert.deepEqual(values, { sigma: 1.5, scale: 2, protocol: 'report' });
  assert.deepEqual(shown[0].range, { least: 0, most: 3, step: 0.01 });
  assert.equal(shown[1].range, undefined);
  assert.match(html, /^<pre>.*&#34;scale&#34;:2/);
});

test('of the values that come while the function works, only the last is shown', async () => {
  const seen: unknown[] = [];
  const explorer = new Explorer(parameters, async ({ sigma }) => {
    seen.push(sigma);
    await new Promise((resolve) => setTimeout(resolve, 30));
    return `sigma ${sigma}`;
  });
  await explorer.begin();
  const wishes = [1, 2, 3].map((sigma, index) => {
    const values = { sigma, scale: 3, protocol: 'paper' };
    return explorer.wish({ values, number: index + 1 });
  });
  await Promise.all(wishes);
  assert.deepEqual(seen, [1.5, 1, 3]);
  const { html, answered, working } = explorer.look();
  assert.deepEqual({ html, answered, working }, { html: '<pre>sigma 3</pre>', answered: 3, working: false });
});

test('what the function throws later is said below the sliders, and the next value clears it', async () => {
  const explorer = new Explorer(parameters, ({ scale }) => {
    if (scale === 4) throw new Error('no scale 4 here');
    return `scale ${scale}`;
  });
  await explorer.begin();
  await explorer.wish({ values: { sigma: 1, scale: 4, protocol: 'paper' }, number: 1 });
  assert.equal(explorer.look().remark, 'no scale 4 here');
  assert.equal(explorer.look().html, '<pre>scale 2</pre>');
  await explorer.wish({ values: { sigma: 1, scale: 3, protocol: 'paper' }, number: 2 });
  assert.equal(explorer.look().remark, '');
});

test('a table and a plane are shown as such', async () => {
  const table = new Explorer({ n: [1, 2] }, () => [{ a: 1, b: 2 }]);
  await table.begin();
  assert.match(table.look().html, /^<table /);
  const plane = new Explorer({ n: [1, 2] }, () => ({ data: new Float32Array(4), width: 2, height: 2 }));
  await plane.begin();
  assert.match(plane.look().html, /^<img alt="picture of 2 x 2 pixels" src="data:image\/png;base64,/);
});

test('parameters without values are refused, and outside of a notebook nothing is shown', async () => {
  await assert.rejects(
    explore({ sigma: [] }, () => ''),
    OptionError,
  );
  await assert.rejects(
    explore({ sigma: [3, 0] }, () => ''),
    /sigma goes from 3 to 0/,
  );
  await assert.rejects(
    explore(parameters, () => ''),
    NoNotebookError,
  );
});

test('a number is shown as text, and a function that returns nothing is told what to return', async () => {
  const shown = async (value: unknown) => {
    const explorer = new Explorer({ sigma: [0, 3] }, () => value as string);
    await explorer.begin();
    return explorer.look().html;
  };
  assert.equal(await shown(31.5), '<pre>31.5</pre>');
  for (const nothing of [undefined, null])
    await assert.rejects(shown(nothing), /^OptionError: the function gave (undefined|null); return a figure/);
});
