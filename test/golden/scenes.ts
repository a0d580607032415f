import type { Image, Plane } from '../../src/image/image';

// The same pictures as in scenes.py, for which other programs computed golden values.
const sizes = { even: [192, 176], odd: [241, 199], flat: [200, 180] } as const;

export type SceneName = keyof typeof sizes;
export const sceneNames = Object.keys(sizes) as SceneName[];

function hash(x: number, y: number, channel: number, seed: number): number {
  let h = Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(channel, 83492791) ^ Math.imul(seed, 40503);
  h ^= h >>> 13;
  h = Math.imul(h, 1274126177);
  return (h ^ (h >>> 16)) >>> 0;
}

const wave = (t: number, period: number) => Math.abs((t % (2 * period)) - period);
const clip = (value: number) => Math.min(255, Math.max(0, value));

function truthAt(x: number, y: number, channel: number): number {
  const chirp = wave(Math.floor((x * x + 2 * y * y) / 96) + 5 * channel, 31);
  const waves = wave(3 * x + 2 * y + 17 * channel, 70);
  const tiles = ((Math.floor(x / 31) + Math.floor(y / 23) + channel) % 3) * 24;
  return clip(20 + waves + chirp + tiles + (hash(x, y, channel, 1) % 19));
}

function picture(width: number, height: number, at: (x: number, y: number, channel: number) => number): Image {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return at(pixel % width, Math.floor(pixel / width), i % 3);
  });
  return { data, width, height, channels: 3 };
}

/** A picture blurred over 3x3 pixels, with some noise and faint blocks of 8x8. */
function blurred(truth: Image): Image {
  const { width, height, data } = truth;
  const inside = (value: number, side: number) => Math.min(side - 1, Math.max(0, value));
  return picture(width, height, (x, y, channel) => {
    let sum = 0;
    for (let j = -1; j <= 1; j++)
      for (let i = -1; i <= 1; i++) sum += data[3 * (inside(y + j, height) * width + inside(x + i, width)) + channel];
    const blocks = 5 * ((Math.floor(x / 8) + Math.floor(y / 8)) % 2);
    return clip(Math.floor(sum / 9) + blocks + (hash(x, y, channel, 2) % 9) - 6);
  });
}

/** Truth and restored picture, RGB. */
export function scene(name: SceneName): { truth: Image; restored: Image } {
  const [width, height] = sizes[name];
  const truth = picture(width, height, name === 'flat' ? (_x, _y, channel) => [120, 90, 60][channel] : truthAt);
  return { truth, restored: blurred(truth) };
}

/** One channel as a plane. */
export const channelOf = ({ data, width, height }: Image, channel: number): Plane => ({
  data: Float32Array.from({ length: width * height }, (_, i) => data[3 * i + channel]),
  width,
  height,
});
