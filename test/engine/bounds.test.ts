// What a task may touch: checkTask refuses what would reach out of the memory, and no kernel writes beside its blocks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differentiate, predictPictures } from '../../src/engine/wasm/calls';
import { checkTask } from '../../src/engine/wasm/checkTask';
import { attachKernels } from '../../src/engine/wasm/kernels';
import type { KernelSet } from '../../src/engine/wasm/sets/kernelSet';
import { nativeSets } from '../../src/engine/wasm/sets/native';
import { pairedSet } from '../../src/engine/wasm/sets/paired';
import { webAssemblySets } from '../../src/engine/wasm/sets/webAssembly';
import { FIRST_FREE_BYTE, type Task } from '../../src/engine/wasm/task';
import { workOf } from '../../src/engine/wasm/work';
import { EngineError } from '../../src/errors';
import { initialize } from '../../src/network/initialize';
import { randomBatch, randomPlanes } from './compare';

const THREADS = 2;
const newMemory = () => new WebAssembly.Memory({ initial: 200, maximum: 400, shared: true });

type Run = (task: Task, memory: WebAssembly.Memory) => void;

/** Does a training step and a prediction, each as a task for two threads of which the first does all. */
async function withTasks(network: string, width: number, height: number, run: Run): Promise<void> {
  const memory = newMemory();
  const machine = { memory, threads: THREADS, run: async (task: Task) => run(task, memory) };
  const model = initialize(network, { seed: 1 });
  const { scale, reads } = model.network;
  const times = reads === 'small' ? scale : 1;
  const random = { seed: 3, draws: 0 };
  const batch = {
    ...randomBatch(random, 2, width, height),
    target: randomPlanes(random, 2, times * width, times * height),
  };
  await differentiate(machine, model, batch, new Float32Array(model.weights.length), { border: 2 });
  await predictPictures(machine, model, randomPlanes(random, 1, width, height));
}

const blocks = ['weights', 'input', 'target', 'scratch', 'gradients', 'losses'] as const;

test('a task of either kind is refused when any of its blocks lies outside the memory, by name', async () => {
  const seen: string[] = [];
  await withTasks('9-1-7', 20, 18, (task, { buffer }) => {
    const bytes = buffer.byteLength;
    const refuse = (changes: object, pattern: RegExp, index = 0) =>
      assert.throws(
        () => checkTask({ ...task, ...changes } as Task, index, bytes),
        (error: Error) => error instanceof EngineError && pattern.test(error.message),
        `${task.kind}: ${JSON.stringify(changes)}`,
      );
    checkTask(task, THREADS - 1, bytes);
    for (const block of blocks.filter((name) => name in task)) {
      const name = new RegExp({ input: 'inputs', target: 'targets', scratch: 'planes' }[block as 'input'] ?? block);
      for (const address of [bytes - 4, 2 ** 32 - 4, FIRST_FREE_BYTE - 4, 0, FIRST_FREE_BYTE + 2, NaN])
        refuse({ [block]: address }, name);
      seen.push(`${task.kind} ${block}`);
    }
    refuse({ count: 2 ** 20 }, /inputs/);
    refuse({}, /planes/, 10 * THREADS + 1e4);
    refuse({ scratchBytes: 2 ** 31 }, /planes/, 1);
    if (task.kind === 'train') {
      refuse({ chunks: 2 ** 24 }, /losses/);
      for (const border of [9, 2 ** 31, NaN]) refuse({ border }, /border/);
    } else refuse({ stripWidth: 2 ** 24 }, /planes/);
  });
  assert.equal(seen.length, 6 + 4);
});

test('a thread checks a task before it begins', async () => {
  const [{ source }] = webAssemblySets();
  await withTasks('9-1-7', 12, 12, (task, memory) => {
    const moved = { ...task, input: memory.buffer.byteLength };
    assert.throws(() => workOf(moved, 0, memory, attachKernels(source, memory)), EngineError);
  });
});

function setsHere(): KernelSet[] {
  const wasm = [...webAssemblySets(), pairedSet()].filter((set) => set !== null);
  try {
    return [...wasm, ...nativeSets()];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return wasm;
  }
}

/** No kernel computes it. */
const CANARY = 0x5ca1ab1e;

/** First and last words of what the first thread may write. */
const writable = (task: Task): [number, number][] =>
  [
    [task.scratch, task.scratchBytes],
    ...(task.kind === 'train'
      ? [[task.gradients, task.losses + 8 * task.chunks - task.gradients]]
      : [[task.target, task.scratch - task.target]]),
  ].map(([start, bytes]) => [start / 4, (start + bytes) / 4]);

for (const { name, source } of setsHere())
  test(`the kernels ${name} write nothing beside their thread's planes and results, row by row`, async () => {
    for (const network of ['9-1-7', '9-5-5', 'plain-12x4', 'plain-13x3'])
      for (const [width, height] of [
        [17, 9],
        [33, 16],
        [40, 21],
      ])
        await withTasks(network, width, height, (task, memory) => {
          const words = new Int32Array(memory.buffer);
          const end = task.scratch + THREADS * task.scratchBytes;
          words.fill(CANARY, (task.scratch + task.scratchBytes) / 4, end / 4 + 4096);
          const before = words.slice();
          const work = workOf(task, 0, memory, attachKernels(source, memory));
          for (let chunk = 0; chunk < task.chunks; chunk++) work(chunk);
          const mine = writable(task);
          const touched = words.findIndex(
            (word, i) => word !== before[i] && !mine.some(([first, last]) => i >= first && i < last),
          );
          assert.equal(touched, -1, `${network}, ${width}x${height}, ${task.kind}: word ${touched} was written`);
        });
  });
