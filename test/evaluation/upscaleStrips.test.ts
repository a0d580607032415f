import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { OptionError } from '../../src/errors';
import { upscale, upscaleStrips } from '../../src/evaluation/upscale';
import { readPhotograph, writeImage } from '../../src/image/files';
import type { Photograph } from '../../src/image/photograph';
import { layOn, white } from '../../src/image/transparency';
import { type Shape, writeStrips } from '../../src/image/stripFile';
import { chain } from '../../src/network/families/srcnn';
import { initialize } from '../../src/network/initialize';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-strips-'));
let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 2 })));
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

/** Enough to be a network, and fast. */
const oneLayer = chain([{ filters: 1, kernel: 3, activation: 'linear' }]);
const digest = (samples: Uint8Array | Uint16Array) => createHash('sha256').update(samples).digest('hex');

/** Noise wide enough to be enlarged in two strips. */
function noise(channels: 1 | 3, bits: 8 | 16): Photograph {
  const width = 20000,
    height = 25;
  const fill = (length: number) => {
    const samples = bits === 16 ? new Uint16Array(length) : new Uint8Array(length);
    for (let i = 0; i < length; i++) samples[i] = Math.imul(i, 2654435761) >>> 13;
    return samples;
  };
  return { data: fill(width * height * channels), width, height, channels, alpha: fill(width * height) };
}

for (const [channels, bits, extension] of [
  [1, 16, '.png'],
  [3, 8, '.tif'],
  [1, 8, '.jpg'],
] as const)
  test(
    `${channels} channels of ${bits} bits, written in strips as ${extension}, are the picture that is written ` +
      'at once',
    async () => {
      const resolution = channels === 3 ? { x: 300, y: 150 } : undefined;
      const small = { ...noise(channels, bits), resolution };
      const options = { model: initialize(oneLayer, { seed: 1 }), engine, scale: 3 };
      const shape: Shape = { width: 60000, height: 75, channels, alpha: extension !== '.jpg', bits, resolution };
      const heights: number[] = [];
      const counted = async function* () {
        for await (const strip of upscaleStrips(small, options)) {
          heights.push(strip.height);
          yield extension === '.jpg' ? layOn(strip, white) : strip;
        }
      };
      const [inStrips, atOnce] = ['strips', 'once'].map((name) => join(folder, name + extension));
      await writeStrips(inStrips, shape, counted());
      await writeImage(atOnce, await upscale(small, options));
      assert.ok(heights.length > 1 && heights.reduce((a, b) => a + b) === 75, heights.join());
      const [a, b] = [await readPhotograph(inStrips), await readPhotograph(atOnce)];
      assert.deepEqual({ ...a, data: 0, alpha: 0 }, { ...b, data: 0, alpha: 0 });
      assert.equal(digest(a.data), digest(b.data));
      assert.deepEqual(a.alpha && digest(a.alpha), b.alpha && digest(b.alpha));
    },
  );

test('a colour profile is kept in strips, and a strip that fails leaves no file behind', async () => {
  const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const original = join(folder, 'p3.png');
  await sharp(bytes).keepIccProfile().toFile(original);
  const photograph = await readPhotograph(original);
  const { width, height, channels, profile, resolution } = photograph;
  assert.ok(profile);
  const shape: Shape = { width, height, channels, alpha: false, bits: 8, profile, resolution };
  const strips = async function* () {
    yield photograph;
  };
  const copy = join(folder, 'copy.png');
  await writeStrips(copy, shape, strips());
  assert.deepEqual(await readPhotograph(copy), photograph);
  const broken = async function* (): AsyncGenerator<Photograph> {
    yield photograph;
    throw new OptionError('no more');
  };
  const before = readdirSync(folder);
  await assert.rejects(writeStrips(join(folder, 'broken.png'), shape, broken()), /^OptionError: no more/);
  assert.deepEqual(readdirSync(folder), before);
});
