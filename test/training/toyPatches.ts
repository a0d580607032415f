import type { PatchSet } from '../../src/data/patches';

/**
 * Pairs from one small picture: `shape` (-1 to 1) with a contrast of 90 levels as the target, and of `gain` as the
 * input.
 */
function pairsOf(shape: (index: number) => number, side: number, size: number, count: number, gain: number): PatchSet {
  const plane = (strength: number) => Uint8Array.from({ length: side * side }, (_, i) => 128 + strength * shape(i));
  const corners = (step: number) => Uint16Array.from({ length: count }, (_, i) => (step * i) % (side - size));
  return {
    pictures: [{ input: plane(gain), target: plane(90), width: side, height: side }],
    picture: new Uint32Array(count),
    x: corners(7),
    y: corners(5),
    size,
    count,
    scale: 3,
    protocol: 'report',
    sigma: 1,
    reads: 'enlarged',
  };
}

/** Something without any structure. */
export const noise = (count: number, gain = 40) => pairsOf((i) => Math.sin(i * i), 32, 12, count, gain);

/** Waves, and the same waves weaker: a picture whose contrast the network can learn to bring back. */
export const waves = (count: number) =>
  pairsOf((i) => Math.sin((i % 64) / 3) * Math.cos(i / 64 / 4), 64, 16, count, 40);

/** The same waves for networks that read the small picture: each sample of the target is repeated `scale` times. */
export function smallWaves(count: number, scale: number): PatchSet {
  const patches = waves(count);
  const [{ input, target: small, width: side }] = patches.pictures;
  const [width, height] = [side * scale, side * scale];
  const target = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return small[Math.floor(y / scale) * side + Math.floor(x / scale)];
  });
  return { ...patches, pictures: [{ input, target, width, height }], scale, reads: 'small' };
}
