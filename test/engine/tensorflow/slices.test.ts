import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inSlices, isOutOfMemory } from '../../../src/engine/tensorflow/slices';

/** Works on a device that holds `room` items: which slices it got done, and the size that came back. */
async function slicesWithRoom(
  total: number,
  largest: number,
  room: number,
): Promise<{ done: [number, number][]; size: number }> {
  const done: [number, number][] = [];
  const size = await inSlices(total, largest, async (from, count) => {
    if (count > room) throw new Error(`OOM when allocating tensor with shape[${count}]`);
    done.push([from, count]);
  });
  return { done, size };
}

test('a batch is worked through in slices, the last one smaller', async () => {
  assert.deepEqual(await slicesWithRoom(10, 4, 4), {
    done: [
      [0, 4],
      [4, 4],
      [8, 2],
    ],
    size: 4,
  });
  assert.deepEqual(await slicesWithRoom(3, 8, 8), { done: [[0, 3]], size: 8 });
});

test(
  'a slice the memory does not hold is halved until it fits, nothing is done twice, ' + 'and the size is remembered',
  async () => {
    assert.deepEqual(await slicesWithRoom(7, 100, 2), {
      done: [
        [0, 2],
        [2, 2],
        [4, 2],
        [6, 1],
      ],
      size: 2,
    });
  },
);

test('memory that does not hold a single item is an error, and so is any other failure', async () => {
  await assert.rejects(slicesWithRoom(4, 4, 0), /OOM/);
  let calls = 0;
  await assert.rejects(
    inSlices(4, 4, async () => {
      calls++;
      throw new Error('the device is gone');
    }),
    /device is gone/,
  );
  assert.equal(calls, 1);
});

test('the ways devices say that their memory is used up are known', () => {
  for (const message of [
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[128,32,32,64]',
    'Invalid TF_Status: 8\nMessage: RESOURCE_EXHAUSTED: failed',
    'Invalid TF_Status: 13\nMessage: cuDNN launch failure: CUDNN_STATUS_ALLOC_FAILED',
    'engine webgpu: out of memory: vkAllocateMemory',
    'Buffer size (9663676416) exceeds the max buffer size limit (268435456).',
  ])
    assert.ok(isOutOfMemory(new Error(message)), message);
  assert.ok(!isOutOfMemory(new Error('Invalid TF_Status: 3\nMessage: room for 3 channels, got 4')));
});
