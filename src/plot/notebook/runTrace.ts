import type { Progress, TrainSession } from '../../training/settings';
import type { LivePoint } from '../figures/liveLines';

const traces = new WeakMap<TrainSession, RunTrace>();

/**
 * What was seen of a run while it trained, beyond what its history keeps: one per session, however many charts show
 * it.
 */
export class RunTrace {
  readonly points: LivePoint[] = [];
  private latest: Progress | null = null;

  static of(session: TrainSession): RunTrace {
    const trace = traces.get(session) ?? new RunTrace(session);
    traces.set(session, trace);
    return trace;
  }

  private constructor(private readonly session: TrainSession) {}

  get isEmpty(): boolean {
    return this.latest === null;
  }

  /**
   * Adds a point, from the growth of the epoch's mean loss since the last. What came before the first look is no
   * point: it is too wide.
   */
  look(): void {
    const { progress } = this.session;
    const { latest } = this;
    if (!progress || (progress.epoch === latest?.epoch && progress.batch === latest.batch)) return;
    this.latest = progress;
    if (!latest && progress.batch > 1) return;
    const before = progress.epoch === latest?.epoch ? latest : { batch: 0, loss: 0 };
    const loss = (progress.loss * progress.batch - before.loss * before.batch) / (progress.batch - before.batch);
    const { step, learningRate } = progress;
    // After a failure a run may go on from an earlier step.
    while (this.points.length && this.points.at(-1)!.step >= step) this.points.pop();
    this.points.push({ step, loss, learningRate });
  }
}
