import { createWasmEngine } from '../../engine/wasm/wasm';
import type { Engine } from '../../engine/engine';
import { OptionError } from '../../errors';
import { restoreImage } from '../../evaluation/restoreImage';
import { checkCrop, type Crop, cut } from '../../image/crop';
import type { Image } from '../../image/image';
import { psnr } from '../../measures/psnr';
import { reachOf } from '../../network/geometry';
import type { Model } from '../../network/network';
import { DEFAULT_SCALE } from '../../protocols/protocols';
import { detailedCrop } from '../figures/beforeAfter';
import { pngOf } from '../figure';

/** Pixels of the small picture around the crop that blur and resizing depend on. */
const around = 8;
/** A larger crop would take longer than a glance. */
const largest = 256;

/** A crop as bicubic, the network and the truth show it: PNGs, and PSNR in dB as the protocol compares. */
export interface Restored {
  bicubic: Buffer;
  network: Buffer;
  truth: Buffer;
  psnr: { bicubic: number; network: number };
}

/** A crop of a picture with as much around it as its restored pixels depend on, whatever the picture's size. */
export class PreviewPart {
  readonly crop: Crop;
  private readonly part: Image;
  private readonly inside: Crop;
  private engine?: Engine;
  /** The pictures that stay the same while the network trains. */
  private still?: Pick<Restored, 'bicubic' | 'truth'>;

  /** Throws OptionError for a crop outside of the picture, or above 256 x 256 pixels. */
  constructor(picture: Image, model: Model, crop?: Crop) {
    const scale = model.trainedFor?.scale ?? DEFAULT_SCALE;
    const down = (value: number) => value - (value % scale);
    const area = { x: 0, y: 0, width: down(picture.width), height: down(picture.height) };
    const whole = cut(picture, area);
    this.crop = crop ?? detailedCrop(whole);
    checkCrop(whole, this.crop);
    if (this.crop.width > largest || this.crop.height > largest)
      throw new OptionError(
        `crop is ${this.crop.width}x${this.crop.height}; use at most ${largest}x${largest}, so that it keeps pace`,
      );
    const margin = (reachOf(model.network) + around) * scale;
    const span = (from: number, length: number, side: number) => {
      const start = Math.max(0, down(from - margin));
      const end = Math.min(side, down(from + length + margin) + scale);
      return [start, end - start];
    };
    const [x, width] = span(this.crop.x, this.crop.width, area.width);
    const [y, height] = span(this.crop.y, this.crop.height, area.height);
    this.part = cut(whole, { x, y, width, height });
    this.inside = { ...this.crop, x: this.crop.x - x, y: this.crop.y - y };
  }

  /** On a thread of its own, so that training keeps the others. The weights may change meanwhile. */
  async restore(model: Model): Promise<Restored> {
    this.engine ??= await createWasmEngine({ threads: 1 });
    const { engine, inside } = this;
    const frozen = { ...model, weights: model.weights.slice() };
    const { bicubic, restored, original, compared } = await restoreImage(this.part, { model: frozen, engine });
    const [truth, low, network] = [compared.truth, compared.bicubic, compared.network].map((each) => cut(each, inside));
    const png = (image: Image) => pngOf(cut(image, inside));
    this.still ??= { bicubic: await png(bicubic), truth: await png(original) };
    return {
      ...this.still,
      network: await png(restored),
      psnr: { bicubic: psnr(low, truth), network: psnr(network, truth) },
    };
  }

  /** Ends the thread; it comes back with the next restore(). */
  async rest(): Promise<void> {
    const { engine } = this;
    this.engine = undefined;
    await engine?.close();
  }
}
