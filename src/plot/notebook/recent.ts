import type { LiveOutput } from './liveOutput';

/** So many outputs of one kind stay live. */
const most = 20;

/**
 * Outputs by what they show: a cell that is run again gets the one it had, and of more than twenty the oldest is
 * closed, so that the kernel's memory does not grow with each run.
 */
export class Recent<Part extends { output: LiveOutput }> {
  private readonly parts = new Map<string, Part>();

  /** The part of this key, made where there is none. */
  get(key: string, make: () => Part): Part {
    const part = this.parts.get(key) ?? make();
    this.parts.delete(key);
    this.parts.set(key, part);
    if (this.parts.size > most) {
      const [oldest, { output }] = [...this.parts][0];
      this.parts.delete(oldest);
      output.model?.close();
    }
    return part;
  }
}
