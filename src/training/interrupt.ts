const listeners = new Set<() => void>();
const onSignal = () => {
  for (const listener of [...listeners]) listener();
};

/**
 * Calls back when a notebook's interrupt button is pressed; returns what ends that. The kernel tslab takes the signal and gives up the
 * awaited cell, but knows nothing of what that cell began. Where nobody takes the signal, it ends the program as ever, and nothing is called.
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
