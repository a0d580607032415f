/** Whether a TensorFlow or WebGPU error says that the device's memory is used up. */
export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof Error &&
    /\bOOM\b|RESOURCE_EXHAUSTED|out of memory|ALLOC_FAILED|failed to allocate|exceeds the max/i.test(error.message)
  );
}

/**
 * Works through 0..total in slices of at most `largest`, one after the other. When the device's memory is used up, the
 * slice is halved and tried again, down to one. Returns the size that fitted, for the next time.
 */
export async function inSlices(
  total: number,
  largest: number,
  work: (from: number, count: number) => Promise<void>,
): Promise<number> {
  let size = Math.max(1, Math.min(largest, total));
  let halved = false;
  for (let from = 0; from < total;) {
    const count = Math.min(size, total - from);
    try {
      await work(from, count);
      from += count;
    } catch (error) {
      if (!isOutOfMemory(error) || count === 1) throw error;
      size = Math.ceil(count / 2);
      halved = true;
    }
  }
  return halved ? size : largest;
}
