import { setImmediate as untilOthersRan } from 'node:timers/promises';
import { emptyBatch, fillBatch, type PatchOrder } from '../data/batches';
import type { PatchSet } from '../data/patches';
import type { Batch } from '../engine/engine';
import type { Normalization } from '../network/network';

/** The batches of an epoch, each assembled while the engine computes the one before. */
export class BatchesAhead {
  private readonly rooms = [emptyBatch(), emptyBatch()];
  private ready?: { index: number; batch: Batch };

  constructor(
    private readonly patches: PatchSet,
    private readonly drawn: PatchOrder,
    private readonly size: number,
    private readonly normalization: Normalization,
  ) {}

  /** Batch `index`; its arrays hold it until batch `index + 2` is assembled. */
  at(index: number): Batch {
    return this.ready?.index === index ? this.ready.batch : this.fill(index);
  }

  /** Assembles batch `index`, unless it would be too short, once the engine, which was asked before, has begun. */
  async prepare(index: number): Promise<void> {
    if ((index + 1) * this.size > this.drawn.order.length) return;
    await untilOthersRan();
    this.ready = { index, batch: this.fill(index) };
  }

  private fill(index: number): Batch {
    const { order, symmetries } = this.drawn;
    const room = index % 2;
    const start = index * this.size;
    const batch = fillBatch(this.patches, order, start, this.size, this.normalization, this.rooms[room], symmetries);
    return (this.rooms[room] = batch);
  }
}
