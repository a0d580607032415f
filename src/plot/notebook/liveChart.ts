import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { type LivePoint, liveFigure, rateNow } from '../figures/liveFigure';
import { figurePng } from '../picture';
import { send } from './show';
import { sketch } from '../sketch';
import type { Progress, TrainSession } from '../../training/settings';

/** Shows an output, its forms under their MIME types: the first time somewhere, from then on in its place. */
export type Display = (forms: Record<string, unknown>) => void;

/** A chart that follows a run. */
export interface LiveChart {
  /** Settles when the run has first ended, well or badly, and its static picture stands. */
  readonly done: Promise<void>;
  /** Leaves the chart as it is; training goes on. */
  stop(): void;
}

/** CSS pixels: as wide as JupyterLab's outputs in a window of 1280. */
const width = 820;
/** Milliseconds between two updates. */
const interval = 250;

/**
 * Shows a run below the cell and keeps it up to date while other cells run: loss, learning rate, scores, time left. After the run, and again
 * after each resume(), the same figure stays as a static picture. Throws NoNotebookError outside of a notebook where no display is given.
 */
export function liveChart(session: TrainSession, display: Display = notebookDisplay()): LiveChart {
  return new Chart(session, display);
}

/** An output of the notebook that is replaced in its place. */
function notebookDisplay(): Display {
  const id = `srcnn-chart-${randomUUID()}`;
  let isUpdate = false;
  return (forms) => {
    send(forms, { id, isUpdate });
    isUpdate = true;
  };
}

class Chart implements LiveChart {
  readonly done: Promise<void>;
  private readonly points: LivePoint[] = [];
  private latest: Progress | null = null;
  private timer?: NodeJS.Timeout;
  private drawnAt = 0;
  private readonly unsubscribe: () => void;
  private settle!: () => void;
  private fail!: (error: unknown) => void;

  constructor(
    private readonly session: TrainSession,
    private readonly display: Display,
  ) {
    this.done = new Promise((resolve, reject) => ([this.settle, this.fail] = [resolve, reject]));
    // Whoever awaits `done` sees why there is no picture; a chart must not end the program.
    this.done.catch(() => undefined);
    this.draw();
    this.unsubscribe = session.subscribe(() => this.changed());
    if (this.ended) this.changed();
  }

  stop(): void {
    this.unsubscribe();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.settle();
  }

  /** What a notebook prints where a cell ends with liveChart(session). */
  [inspect.custom](): string {
    return this.ended
      ? `Training is ${this.session.state}.`
      : 'Training goes on in the background: session.pause(), .resume(), .stop(), .learningRate and .epochs work from the next cell.';
  }

  private get ended(): boolean {
    return !['running', 'paused'].includes(this.session.state);
  }

  private changed(): void {
    if (!this.latest) this.look();
    if (this.ended) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.keep().then(this.settle, this.fail);
    } else {
      this.timer ??= setTimeout(() => this.redraw(), Math.max(0, this.drawnAt + interval - Date.now()));
    }
  }

  /** What goes wrong in a timer would end the program. */
  private redraw(): void {
    try {
      this.draw();
    } catch (error) {
      this.fail(error);
      this.stop();
    }
  }

  /** Not as plotly: its renderer in JupyterLab ignores what is sent to a figure that is shown, and drawing here takes longer than a step. */
  private draw(): void {
    this.timer = undefined;
    this.look();
    this.display({ 'text/html': sketch(liveFigure(this.session, { points: this.points }), width) });
    this.drawnAt = Date.now();
  }

  /** One more point, from the growth of the epoch's mean loss since the one before. What came before the first look is no point: it is too wide. */
  private look(): void {
    const { progress } = this.session;
    const { latest } = this;
    if (!progress || (progress.epoch === latest?.epoch && progress.batch === latest.batch)) return;
    this.latest = progress;
    if (!latest && progress.batch > 1) return;
    const before = progress.epoch === latest?.epoch ? latest : { batch: 0, loss: 0 };
    const loss = (progress.loss * progress.batch - before.loss * before.batch) / (progress.batch - before.batch);
    this.points.push({
      step: (progress.epoch - 1) * progress.batches + progress.batch,
      loss,
      learningRate: rateNow(this.session),
    });
  }

  private async keep(): Promise<void> {
    const failure = await this.session.done.then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (!this.ended) return;
    this.look();
    const figure = liveFigure(this.session, { points: this.points, failure });
    this.display({ 'text/html': sketch(figure, width) });
    const png = await figurePng(figure, { width, scale: 1 });
    if (this.ended) this.display({ 'application/vnd.plotly.v1+json': figure, 'image/png': png.toString('base64') });
  }
}
