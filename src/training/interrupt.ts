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

/** Ctrl-C, the end that schedulers and containers ask for, and a terminal that was closed. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls back at the first of each signal that asks a program to end; a second SIGTERM or SIGHUP ends it at once.
 * Returns a function that ends this.
 */
export function onStopSignals(stop: () => void): () => void {
  for (const signal of stopSignals) process.once(signal, stop);
  return () => {
    for (const signal of stopSignals) process.removeListener(signal, stop);
  };
}
