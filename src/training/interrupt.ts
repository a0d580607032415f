import { constants } from 'node:os';

const listeners = new Set<() => void>();
const onSignal = () => {
  for (const listener of [...listeners]) listener();
};

/**
 * Calls back when a notebook's interrupt button is pressed; returns a function that stops listening. The tslab kernel
 * handles the signal and stops waiting for the cell, but it does not know which work the cell has started. Where
 * nobody handles the signal, it ends the program as usual, and the listener is not called.
 */
export function onInterrupt(listener: () => void): () => void {
  if (listeners.size === 0 && process.listenerCount('SIGINT') === 0) return () => undefined;
  if (listeners.size === 0) process.on('SIGINT', onSignal);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) process.removeListener('SIGINT', onSignal);
  };
}

/**
 * npx forwards Ctrl-C to the program, which has it from the terminal already: two signals within this time are one
 * keypress.
 */
const SAME_KEYPRESS_MS = 300;

/**
 * Calls `stop` at the first of each signal that asks a program to end; a second one ends the program at once. Returns a
 * function that stops listening.
 */
export function onStopSignals(stop: () => void): () => void {
  let interruptedAt = -Infinity;
  const onInterruption = () => {
    const before = interruptedAt;
    interruptedAt = performance.now();
    if (before === -Infinity) stop();
    else if (interruptedAt - before > SAME_KEYPRESS_MS) process.exit(128 + constants.signals.SIGINT);
  };
  process.on('SIGINT', onInterruption);
  // Without a listener, the second of these ends the program.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  return () => {
    process.off('SIGINT', onInterruption);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, stop);
  };
}
