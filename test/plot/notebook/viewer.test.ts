import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoNotebookError } from '../../../src/plot/notebook/show';
import { viewer } from '../../../src/plot/notebook/viewer';

const plane = (width: number, height: number) => ({ data: new Float32Array(width * height), width, height });

test('pictures of different sizes, too large ones and none are refused', async () => {
  await assert.rejects(viewer({ a: plane(4, 4), b: plane(4, 5) }), /b is 4x5, a 4x4; give pictures of the same size/);
  await assert.rejects(viewer({}), /there are no pictures/);
  let seed = 1;
  const noise = plane(2000, 2000);
  for (let i = 0; i < noise.data.length; i++) noise.data[i] = (seed = (seed * 48271) % 2147483647) % 256;
  await assert.rejects(viewer({ noise }), /the pictures are 4\.\d MB together as PNG; a page takes 2\.5/);
});

test('outside of a notebook there is no viewer', () =>
  assert.rejects(viewer({ a: plane(8, 8), b: plane(8, 8) }), NoNotebookError));
