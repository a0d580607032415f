import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKernel, joinKernel, NoLiveDisplayError } from '../../../src/plot/notebook/kernel';
import { LiveModel } from '../../../src/plot/notebook/liveModel';

test('outside of a notebook live displays are refused in one line', () => {
  const refused = (error: Error) =>
    error instanceof NoLiveDisplayError && error.message === 'live displays need a notebook with the tslab kernel';
  assert.equal(isKernel, false);
  assert.throws(joinKernel, refused);
  assert.throws(() => new LiveModel('', {}), refused);
});
