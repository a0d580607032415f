// One thread: waits for a task, takes chunks of it until none is left, tells the main thread when it was the last to
// finish.
import { parentPort, workerData } from 'node:worker_threads';
import type { Kernels } from './kernels';
import { predictor } from './predictor';
import { CONTROL_BYTE, GENERATION, NEXT, PENDING, readTask } from './task';
import { trainer } from './trainer';

const { memory, kernelModule, index, generation } = workerData as {
  memory: WebAssembly.Memory;
  kernelModule: WebAssembly.Module;
  index: number;
  generation: number;
};
const kernels = new WebAssembly.Instance(kernelModule, { env: { memory } }).exports as Kernels;

function serve(): void {
  let seen = generation;
  for (;;) {
    let control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
    // A notify that comes late, after this thread has already seen its task, must not make it do that task again.
    while (Atomics.load(control, GENERATION) === seen) Atomics.wait(control, GENERATION, seen);
    seen = Atomics.load(control, GENERATION);
    // The memory may have grown: only a fresh view shows all of it.
    control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
    const task = readTask(control);
    const scratch = task.scratch + index * task.scratchBytes;
    const work =
      task.kind === 'train' ? trainer(task, scratch, memory, kernels) : predictor(task, scratch, memory, kernels);
    for (let chunk = Atomics.add(control, NEXT, 1); chunk < task.chunks; chunk = Atomics.add(control, NEXT, 1))
      work(chunk);
    if (Atomics.sub(control, PENDING, 1) === 1) parentPort!.postMessage(seen);
  }
}

serve();
