import type { TrainSession } from '../../training/settings';
import { LiveOutput } from './liveOutput';
import { untilMoment } from './moments';
import { controlsView } from './page/controls';
import { stripPicture } from './stripPicture';
import { forkWords, placeOf, rateOf, runWords } from './stripWords';

/** A rate that is so many times as large or as small as the one before is set only when it is confirmed. */
const jump = 1000;

const strips = new WeakMap<TrainSession, Strip>();

/**
 * Shows controls for a run below the cell: a slider for the learning rate, the number of epochs, buttons, and how far
 * the run is. The button fork starts a second run from here, at the rate that stands in the field, in a folder beside
 * this run's; the strip says where, and the live chart of this run shows it, too. They work while other cells run,
 * after the page was loaded anew, and in several pages at once; in the saved notebook they are a picture. What is set
 * takes effect at the next batch, as when a cell sets it. Throws NoNotebookError outside of a notebook.
 */
export function controls(session: TrainSession): void {
  const strip = strips.get(session) ?? new Strip(session);
  strips.set(session, strip);
  strip.output.show();
}

/** What a page wishes a value to be; of several wishes the last has the highest number. */
interface Wish {
  value: number;
  number: number;
}

/** The controls of one run, in however many pages they are shown. */
export class Strip {
  readonly output: LiveOutput;
  private readonly answered = { rate: 0, length: 0 };
  /** The ends of the slider: they stay where they were, so that a place on it keeps its meaning. */
  private readonly ends: { least: number; most: number };
  private remark = '';
  private question: { text: string; yes: string; act: () => void } | null = null;
  private readonly followed = new Set<TrainSession>();
  private timer?: NodeJS.Timeout;
  private readonly began = Date.now();

  constructor(private readonly session: TrainSession) {
    const rate = this.rate;
    this.ends = { least: rate / 1000, most: rate * 10 };
    const still = () => stripPicture(this.look(), Object.keys(this.actions));
    const handlers = {
      onChange: (state: Record<string, unknown>) => this.wished(state),
      onMessage: ({ press, ...typed }: Record<string, unknown>) =>
        // JSON has no NaN, which stands for what was typed and is no number.
        this.press(String(press), 'rate' in typed ? ((typed.rate as number | null) ?? NaN) : undefined),
    };
    this.output = new LiveOutput(controlsView, this.look(), handlers, still);
    session.subscribe((event) => {
      if (event === 'state') this.stateChanged();
      // What was set is shown at once; how far the run is, now and then.
      else if (event === 'setting') this.tell();
      else this.tellSoon();
    });
    this.followForks();
  }

  /** A page has set the rate, or the epochs or minutes. What is wrong with them is said in the strip. */
  wished({ wantedrate, wantedlength }: { wantedrate?: unknown; wantedlength?: unknown }): void {
    this.attempt(() => {
      if (wantedrate) {
        const { value, number } = wantedrate as Wish;
        this.answered.rate = number;
        this.setRate(value);
      }
      if (wantedlength) {
        const { value, number } = wantedlength as Wish;
        this.answered.length = number;
        this.session[this.unit] = value;
      }
    });
  }

  /** A button was pressed, with a rate in the field that was not set. */
  press(name: string, typed?: number): void {
    this.attempt(() => {
      const { question } = this;
      this.question = null;
      if (name === question?.yes) question.act();
      else this.actions[name as keyof Strip['actions']]?.(typed);
    });
  }

  /** The buttons, by the name that stands on them. */
  private readonly actions = {
    pause: () => {
      if (this.session.state === 'paused') return;
      if (this.session.state !== 'running')
        throw new Error(`There is nothing to pause: the run is ${this.session.state}.`);
      this.session.pause();
    },
    resume: () => {
      if (this.session.state === 'finished')
        throw new Error(`The run is finished. To train on, raise ${this.unit} in train(...) and run that cell again.`);
      this.session.resume();
    },
    stop: () => {
      if (!this.isTraining) throw new Error(`There is nothing to stop: the run is ${this.session.state}.`);
      // A checkpoint that could not be written is said here.
      this.session.stop().catch((error: Error) => this.say(error.message));
    },
    fork: (typed?: number) => {
      // What cannot be forked is refused before its rate is asked about.
      if (typed === undefined || !usefulIn[this.session.state].includes('fork')) this.session.fork();
      else this.askAbout(typed, 'fork with it', () => this.session.fork({ learningRate: this.scaled(typed) }));
    },
  };

  private get isTraining(): boolean {
    return this.session.state === 'running' || this.session.state === 'paused';
  }

  /** The learning rate, the largest of them where each layer has its own. */
  private get rate(): number {
    return rateOf(this.session);
  }

  /** What the run goes by. */
  private get unit(): 'epochs' | 'minutes' {
    return this.session.minutes === undefined ? 'epochs' : 'minutes';
  }

  private setRate(value: number): void {
    this.question = null;
    this.askAbout(value, 'set it', () => (this.session.learningRate = this.scaled(value)));
  }

  /** Does it at once, unless the rate is so far from the one of now that it may be a slip. */
  private askAbout(value: number, yes: string, act: () => void): void {
    const factor = value > 0 ? Math.max(value / this.rate, this.rate / value) : 1;
    if (factor < jump || !Number.isFinite(factor)) return act();
    const way = value > this.rate ? 'large' : 'small';
    const times = Math.round(factor).toLocaleString('en-US');
    this.question = { text: `${value} is ${times} times as ${way} as the rate of now, ${this.rate}.`, yes, act };
  }

  /** Layers with rates of their own keep the ratios between these. */
  private scaled(value: number): number | number[] {
    const { learningRate } = this.session;
    const factor = value / this.rate;
    return typeof learningRate === 'number'
      ? value
      : learningRate.map((each) => (value > 0 ? Number((each * factor).toPrecision(6)) : value));
  }

  private attempt(act: () => void): void {
    this.remark = '';
    try {
      act();
    } catch (error) {
      this.remark = (error as Error).message;
    }
    this.tell();
  }

  private say(text: string): void {
    this.remark = text;
    this.tell();
  }

  private stateChanged(): void {
    if (this.session.state === 'failed') this.session.done.catch((error: Error) => this.say(error.message));
    this.followForks();
    this.tell();
    this.output.keep();
  }

  /** Those that a cell has made, too. */
  private followForks(): void {
    for (const fork of this.session.forks.filter((each) => !this.followed.has(each))) {
      this.followed.add(fork);
      fork.subscribe((event) => (event === 'state' ? this.forkChanged(fork) : this.tellSoon()));
    }
  }

  private forkChanged(fork: TrainSession): void {
    if (fork.state === 'failed')
      fork.done.catch((error: Error) => this.say(`The fork ${placeOf(fork)} failed: ${error.message}`));
    this.tell();
    this.output.keep();
  }

  private tellSoon(): void {
    this.timer ??= setTimeout(() => this.tell(), untilMoment(Date.now() - this.began));
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.output.model?.stream(this.look());
  }

  /** What the pages show. */
  look() {
    return {
      ...this.ends,
      rate: this.rate,
      unit: this.unit,
      length: this.session[this.unit]!,
      words: runWords(this.session),
      remark: this.remark,
      forks: forkWords(this.session),
      question: this.question?.text ?? '',
      yes: this.question?.yes ?? '',
      answered: { ...this.answered },
      buttons: Object.keys(this.actions),
      useful: usefulIn[this.session.state],
    };
  }
}

const usefulIn: Record<TrainSession['state'], string[]> = {
  running: ['pause', 'stop', 'fork'],
  paused: ['resume', 'stop', 'fork'],
  stopped: ['resume', 'fork'],
  failed: ['resume'],
  finished: [],
};
