// One thread: waits for a task, takes chunks of it until none is left, tells the main thread when it was the last to
// finish.
import { parentPort, workerData } from 'node:worker_threads';
import { setOwnNice } from '../../threads/priority';
import { attachKernels, type KernelSource } from './kernels';
import { CONTROL_BYTE, GENERATION, NEXT, PAGE_BYTES, PAGES, PENDING, readTask } from './task';
import { workOf } from './work';

const { memory, source, index, generation, nice } = workerData as {
  memory: WebAssembly.Memory;
  source: KernelSource;
  index: number;
  generation: number;
  nice: number;
};
setOwnNice(nice);
const kernels = attachKernels(source, memory);

function serve(): void {
  let seen = generation;
  for (;;) {
    let control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
    // A notify that comes late, after this thread has already seen its task, must not make it do that task again.
    while (Atomics.load(control, GENERATION) === seen) Atomics.wait(control, GENERATION, seen);
    seen = Atomics.load(control, GENERATION);
    // A thread that started just as the memory grew may not see the growth; growing by nothing shows it all.
    if (memory.buffer.byteLength < Atomics.load(control, PAGES) * PAGE_BYTES) memory.grow(0);
    // The memory may have grown: only a fresh view shows all of it.
    control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
    const task = readTask(control);
    const work = workOf(task, index, memory, kernels);
    for (let chunk = Atomics.add(control, NEXT, 1); chunk < task.chunks; chunk = Atomics.add(control, NEXT, 1))
      work(chunk);
    if (Atomics.sub(control, PENDING, 1) === 1) parentPort!.postMessage(seen);
  }
}

serve();
