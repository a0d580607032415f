import type { Crop } from '../../image/crop';
import { readImage } from '../../image/files';
import type { Image } from '../../image/image';
import type { TrainSession } from '../../training/settings';
import { LiveOutput, type Still } from './liveOutput';
import { besideEachOther, escaped } from './markup';
import { untilMoment } from './moments';
import { previewView } from './page/preview';
import { PreviewPart, type Restored } from './previewPart';

export interface PreviewOptions {
  /** The part to show, at most 256 x 256 pixels; without it, a square with much fine detail. */
  crop?: Crop;
}

/** Milliseconds between two epochs that are kept: those of a fraction of a second are not told apart by eye. */
const epochInterval = 2000;
/** So many epochs are kept; of more, every other one. */
const mostEpochs = 100;

const previews = new WeakMap<TrainSession, Map<string, Preview>>();

/**
 * Shows a part of a picture (an image or a file) below the cell, as bicubic, the network and the truth have it, with
 * their PSNR, and follows the training: the network's part is made anew while somebody looks, and a slider goes through
 * the epochs. What is wrong with the picture or the crop is said there. Throws NoNotebookError outside of a notebook.
 */
export function preview(session: TrainSession, picture: string | Image, { crop }: PreviewOptions = {}): void {
  const all = previews.get(session) ?? new Map<string, Preview>();
  previews.set(session, all);
  // A cell that is run again has the same preview, with its epochs.
  const name = typeof picture === 'string' ? picture : `${picture.width}x${picture.height}`;
  const key = `${name} ${JSON.stringify(crop)}`;
  const there = all.get(key) ?? new Preview(session, picture, crop);
  all.set(key, there);
  there.output.show();
}

/** One part of one picture, in however many pages it is shown. */
export class Preview {
  readonly output: LiveOutput;
  /** Settles when the first pictures stand, or the reason why there are none. */
  readonly ready: Promise<void>;
  private part?: PreviewPart;
  private now?: Restored;
  private kept: { epoch: number; png: Buffer; psnr: number }[] = [];
  private at = -1;
  private answered = 0;
  private remark = '';
  private work?: Promise<void>;
  private seen = '';
  private keptAt = 0;
  private isNew = false;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly session: TrainSession,
    picture: string | Image,
    crop?: Crop,
  ) {
    const onChange = ({ wantedepoch }: Record<string, unknown>) => {
      if (!wantedepoch) return;
      const { at, number } = wantedepoch as { at: number; number: number };
      this.answered = number;
      this.at = at < this.kept.length ? at : -1;
      this.tell();
    };
    this.output = new LiveOutput(previewView, this.look(), { onChange }, () => this.still());
    this.ready = this.open(picture, crop);
  }

  private async open(picture: string | Image, crop?: Crop): Promise<void> {
    try {
      const image = typeof picture === 'string' ? await readImage(picture) : picture;
      this.part = new PreviewPart(image, this.session.model, crop);
    } catch (error) {
      return this.say((error as Error).message);
    }
    // Before the first picture, while whose making the run may end.
    this.session.subscribe((event) => {
      if (event === 'epoch') void this.keepEpoch();
      if (event === 'state') void this.stateChanged();
    });
    await this.restore();
    this.tell();
    this.output.keep();
    this.follow();
    if (!this.isTraining) await this.part.rest();
  }

  /** What the pages show. */
  look() {
    const chosen = this.at < 0 ? undefined : this.kept[this.at];
    const { psnr } = this.now ?? {};
    const dB = (name: string, value?: number) => (value === undefined ? name : `${name}, ${value.toFixed(2)} dB`);
    return {
      ...(this.now && { bicubic: this.now.bicubic, truth: this.now.truth, network: chosen?.png ?? this.now.network }),
      captions: {
        bicubic: dB('bicubic', psnr?.bicubic),
        network: dB(chosen ? `after epoch ${chosen.epoch}` : 'the network now', chosen?.psnr ?? psnr?.network),
        truth: 'the truth',
      },
      epochs: this.kept.map(({ epoch }) => epoch),
      at: this.at,
      answered: this.answered,
      remark: this.remark,
    };
  }

  private get isTraining(): boolean {
    return this.session.state === 'running' || this.session.state === 'paused';
  }

  /**
   * At each common moment the page gets the picture that was made since the last moment. If the page has drawn the one
   * before, the next picture is begun. The pace is always the slower one, because a picture takes a core for a while.
   */
  private follow(): void {
    clearTimeout(this.timer);
    if (!this.isTraining) return;
    this.timer = setTimeout(() => this.moment(), untilMoment(Infinity)).unref();
  }

  private moment(): void {
    const { progress } = this.session;
    const step = `${progress?.epoch} ${progress?.batch}`;
    const isWatched = this.output.model?.isWatched;
    if (this.isNew) this.tell();
    // A picture in the making may be of an earlier step.
    if (!this.work && step !== this.seen && isWatched && this.at < 0) {
      this.seen = step;
      void this.restore();
    }
    this.follow();
  }

  /** One at a time: who comes meanwhile waits for that. */
  private restore(): Promise<void> {
    this.work ??= this.restoreNow().finally(() => (this.work = undefined));
    return this.work;
  }

  private async restoreNow(): Promise<void> {
    try {
      this.now = await this.part!.restore(this.session.model);
      this.remark = '';
    } catch (error) {
      this.remark = (error as Error).message;
    }
    this.isNew = true;
  }

  private async keepEpoch(): Promise<void> {
    if (Date.now() - this.keptAt < epochInterval) return;
    this.keptAt = Date.now();
    const { epoch } = this.session.history.epochs.at(-1)!;
    await this.work;
    await this.restore();
    if (!this.now || this.remark) return;
    this.kept.push({ epoch, png: this.now.network, psnr: this.now.psnr.network });
    if (this.kept.length > mostEpochs) {
      this.kept = this.kept.filter((_, index) => index % 2 === 0);
      this.at = -1;
    }
    this.isNew = true;
  }

  private async stateChanged(): Promise<void> {
    this.follow();
    if (this.isTraining) return;
    await this.work;
    await this.restore();
    this.tell();
    await this.part!.rest();
    this.output.keep();
  }

  private say(text: string): void {
    this.remark = text;
    this.tell();
    this.output.keep();
  }

  private tell(): void {
    this.isNew = false;
    this.output.model?.stream(this.look());
  }

  private still(): Still {
    const { captions, remark } = this.look();
    if (!this.now) return { html: escaped(remark || 'reading the picture'), text: remark || 'reading the picture' };
    const { now } = this;
    const tiles = (['bicubic', 'network', 'truth'] as const).map((name) => ({
      png: now[name],
      caption: captions[name],
    }));
    return { html: besideEachOther(tiles, 250), text: Object.values(captions).join('; ') };
  }
}
