import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { forksOf } from '../figures/forkLines';
import { liveFigure, type Seen } from '../figures/liveFigure';
import { figurePng } from '../picture';
import { figureOutput, figureWords, send } from './show';
import { sketch } from '../sketch';
import type { TrainSession } from '../../training/settings';
import type { Figure } from '../figure';
import { NoLiveDisplayError } from './kernel';
import { LiveModel, placeOf } from './liveModel';
import { untilMoment } from './moments';
import { chartView } from './page/chart';
import { RunTrace } from './runTrace';

/** Shows an output, its forms under their MIME types: the first time somewhere, from then on in its place. */
export type Display = (forms: Record<string, unknown>, metadata?: Record<string, unknown>) => void;

/** A chart that follows a run. */
export interface LiveChart {
  /** Settles when the run and its forks have first ended, well or badly, and their static picture stands. */
  readonly done: Promise<void>;
  /** Leaves the chart as it is; training goes on. */
  stop(): void;
}

/** CSS pixels: as wide as JupyterLab's outputs in a window of 1280. */
const width = 820;
/**
 * Milliseconds between two updates that a page draws. They begin with a quarter of a second when the chart or its page
 * is new, and grow to a second within four seconds. From then on updates come at the common moments.
 */
const [firstInterval, interval] = [250, 1000];
/** Milliseconds between two pictures for the saved notebook while a page follows the run. */
const pictureInterval = 20_000;
/** Milliseconds between two signs of life of a run that is paused. */
const beatInterval = 5_000;
/** A page that has drawn nothing for so long has left. */
const slowestPage = 2_000;

const models = new WeakMap<TrainSession, LiveModel>();
/** The chart of each session that was shown last. */
const latest = new WeakMap<TrainSession, Chart>();

/**
 * Shows a run below the cell and keeps it up to date while other cells run, also after the page was closed and opened
 * again: loss, learning rate, scores, time left, and the curves of its forks. After the run and its forks, and again
 * after each resume(), the same figure stays as a static picture. Throws NoNotebookError outside of a notebook where no
 * display is given.
 */
export function liveChart(session: TrainSession, display?: Display): LiveChart {
  return display ? new Chart(session, display) : new Chart(session, notebookDisplay(), modelOf(session));
}

/** An output of the notebook that is replaced in its place. */
function notebookDisplay(): Display {
  const id = `srcnn-chart-${randomUUID()}`;
  let isUpdate = false;
  return (forms, metadata) => {
    send(forms, { id, isUpdate, metadata });
    isUpdate = true;
  };
}

/** One model per session, so that a cell that is run again, or a second chart, adds none. */
function modelOf(session: TrainSession): LiveModel | undefined {
  const onLoad = () => latest.get(session)?.catchUp();
  try {
    const model = models.get(session) ?? new LiveModel(chartView, { svg: '', running: true }, { onLoad });
    models.set(session, model);
    return model;
  } catch (error) {
    if (!(error instanceof NoLiveDisplayError)) throw error;
    console.warn(`${error.message}; the chart is a picture that follows the run while this page is open`);
    return undefined;
  }
}

class Chart implements LiveChart {
  readonly done: Promise<void>;
  private readonly began = Date.now();
  /** When the chart, or the page that shows it, was new. */
  private newAt = this.began;
  private timer?: NodeJS.Timeout;
  private beat?: NodeJS.Timeout;
  private drawnAt = 0;
  private pictureAt = 0;
  private drawnBefore = 0;
  private watchedAt = Date.now();
  private readonly followed = new Map<TrainSession, () => void>();
  private settle!: () => void;
  private fail!: (error: unknown) => void;

  constructor(
    private readonly session: TrainSession,
    private readonly display: Display,
    private readonly model?: LiveModel,
  ) {
    this.done = new Promise((resolve, reject) => ([this.settle, this.fail] = [resolve, reject]));
    // Whoever awaits `done` sees why there is no picture; a chart must not end the program.
    this.done.catch(() => undefined);
    if (model) latest.set(session, this);
    this.draw();
    this.follow();
    if (this.ended) this.changed();
  }

  stop(): void {
    for (const unsubscribe of this.followed.values()) unsubscribe();
    this.followed.clear();
    this.rest();
    this.settle();
  }

  /** What a notebook prints where a cell ends with liveChart(session). */
  [inspect.custom](): string {
    return this.ended
      ? `Training is ${this.session.state}.`
      : 'Training continues in the background: session.pause(), .resume(), .stop(), .learningRate and .epochs ' +
          'work from the next cell.';
  }

  /** The run and its forks. */
  private get all(): TrainSession[] {
    return [this.session, ...forksOf(this.session).map(({ fork }) => fork)];
  }

  private get ended(): boolean {
    return this.all.every(({ state }) => !['running', 'paused'].includes(state));
  }

  private follow(): void {
    for (const each of this.all)
      if (!this.followed.has(each))
        this.followed.set(
          each,
          each.subscribe(() => this.changed()),
        );
  }

  private look(): void {
    for (const each of this.all) RunTrace.of(each).look();
  }

  private changed(): void {
    this.follow();
    for (const each of this.all) if (RunTrace.of(each).isEmpty) RunTrace.of(each).look();
    if (this.ended) {
      this.rest();
      this.keep().then(this.settle, this.fail);
    } else {
      this.timer ??= setTimeout(() => this.redraw(), this.untilNext);
    }
  }

  private get untilNext(): number {
    const now = Date.now();
    const age = now - this.newAt;
    if (age >= 4 * interval) return untilMoment(age, now);
    return Math.max(0, this.drawnAt + Math.max(firstInterval, age / 4) - now);
  }

  private rest(): void {
    clearTimeout(this.timer);
    clearTimeout(this.beat);
    this.timer = this.beat = undefined;
  }

  /** A page that was loaded anew shows the last drawing, which may be old, so the next one follows at once. */
  catchUp(): void {
    this.watchedAt = this.newAt = Date.now();
    if (!this.ended && this.followed.size) this.redraw();
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

  /**
   * Not as plotly: its renderer in JupyterLab ignores what is sent to a figure that is shown, and drawing here takes
   * longer than a step.
   */
  private draw(): void {
    this.rest();
    this.look();
    const running = !this.ended;
    if (this.model?.isWatched) this.watchedAt = Date.now();
    // A picture for no page would take a core from training: the page that comes back is answered with the next one.
    if (this.model?.drawn && Date.now() - this.watchedAt > slowestPage) this.model.stream({ running });
    else this.model?.stream({ svg: this.sketch(), running });
    if (this.pictureIsDue()) this.showPicture();
    this.drawnAt = Date.now();
    if (!this.model) return;
    this.beat = setTimeout(() => this.redraw(), beatInterval);
    this.beat.unref();
  }

  private sketch(still = false): string {
    return sketch(this.figure({ still }), width);
  }

  private figure(seen: Pick<Seen, 'still' | 'failure'>): Figure {
    const pointsOf = (session: TrainSession) => RunTrace.of(session).points;
    return liveFigure(this.session, { ...seen, points: pointsOf(this.session), pointsOf });
  }

  /**
   * The picture is for the saved notebook, and for pages without live displays. Each update for a page that has left
   * costs the server memory: so there is none while no page draws, and where none is known to draw at all they grow
   * rare.
   */
  private pictureIsDue(): boolean {
    const age = Date.now() - this.pictureAt;
    const drawn = this.model?.drawn ?? 0;
    if (drawn) return drawn > this.drawnBefore && age >= pictureInterval;
    return age >= Math.max(interval, (Date.now() - this.began) / 100) - 2;
  }

  private showPicture(): void {
    this.pictureAt = Date.now();
    this.drawnBefore = this.model?.drawn ?? 0;
    this.display({ 'text/html': this.html(this.sketch(true)) });
  }

  /** An <img>, because a notebook that is not trusted shows it, and a bare <svg> as scattered text. */
  private html(svg: string): string {
    const words = figureWords(liveFigure(this.session, { still: true }));
    const alt = words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
    const picture = `<img alt="${alt}" src="${source}">`;
    return this.model ? `<div class="${placeOf(this.model)}">${picture}</div>` : picture;
  }

  private async keep(): Promise<void> {
    const [outcome] = await Promise.allSettled(this.all.map(({ done }) => done));
    if (!this.ended) return;
    this.look();
    const failure = outcome.status === 'rejected' ? (outcome.reason as Error).message : undefined;
    const figure = this.figure({ failure });
    const svg = sketch(figure, width);
    this.model?.stream({ svg, running: false });
    this.display({ 'text/html': this.html(svg) });
    const png = await figurePng(figure, { width, scale: 1 });
    const { data, metadata } = figureOutput(figure, png);
    if (this.ended) this.display(data, metadata);
  }
}
