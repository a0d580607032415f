const listeners = new Set<() => void>();
const onSignal = () => {
  for (const listener of [...listeners]) listener();
};

/**
 * Calls back when a notebook's interrupt button is pressed; returns what ends that. The kernel tslab takes the signal
 * and gives up the
 * awaited cell, but knows nothing of what that cell began. Where nobody takes the signal, it ends the program as ever,
 * and nothing is called.
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
