// Stands in for the engine's worker.js in a copy of dist: the thread sometimes loses its core before it waits.
const { wait } = Atomics;
Atomics.wait = (...words) => {
  if (Math.random() < 0.3) {
    const end = performance.now() + 3 * Math.random();
    while (performance.now() < end);
  }
  return wait.apply(Atomics, words);
};
require('./worker.real.js');
