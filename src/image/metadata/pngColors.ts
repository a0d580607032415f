import { type Transfer, makeProfile, type Primaries } from './makeProfile';
import type { Chunk } from './png';

/** The chunks by which a PNG says its colours without a profile. */
export const colorChunks = ['cICP', 'sRGB', 'gAMA', 'cHRM'];

/** Chromaticities x, y of white, red, green and blue in ITU-T H.273, by the first number of cICP. */
const D65 = [0.3127, 0.329] as const;
export const knownPrimaries: Readonly<Record<number, Primaries>> = {
  1: [D65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]],
  5: [D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
  6: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  7: [D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  9: [D65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]],
  11: [
    [0.314, 0.351],
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
  ],
  12: [D65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
};

/** Exponent, slope and offset of the power, slope of the straight part and where it ends. */
const BT709: Transfer = [1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081];
const SRGB: Transfer = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];
const knownTransfers: Readonly<Record<number, Transfer>> = {
  1: BT709,
  4: [2.2],
  5: [2.8],
  6: BT709,
  8: [1],
  13: SRGB,
  14: BT709,
  15: BT709,
};

/**
 * A profile (ICC) that says what these chunks say, 'srgb' if they mean sRGB, and 'unknown' if no profile can describe
 * them, as for HDR.
 */
export function profileOfChunks(chunks: readonly Chunk[], channels: 1 | 3): Buffer | 'srgb' | 'unknown' {
  const find = (type: string) => chunks.find((chunk) => chunk.type === type)?.data;
  const [cicp, gamma, chromaticities] = [find('cICP'), find('gAMA'), find('cHRM')];
  if (cicp && cicp.length >= 4) {
    const [primaries, transfer] = [knownPrimaries[cicp[0]], knownTransfers[cicp[1]]];
    if (!primaries || !transfer) return 'unknown';
    if (cicp[0] === 1 && cicp[1] === 13) return 'srgb';
    return makeProfile(primaries, transfer, channels);
  }
  if (find('sRGB')) return 'srgb';
  const exponent = gamma && gamma.length >= 4 ? gamma.readUInt32BE(0) / 1e5 : 0;
  const primaries = chromaticities && chromaticities.length >= 32 ? primariesOf(chromaticities) : knownPrimaries[1];
  // Most encoders write sRGB as the exponent 1/2.2 and these chromaticities.
  const usualCurve = exponent === 0 || Math.abs(exponent - 1 / 2.2) < 0.001;
  if (usualCurve && isUsual(primaries)) return 'srgb';
  return makeProfile(primaries, usualCurve ? SRGB : [1 / exponent], channels);
}

function primariesOf(data: Buffer): Primaries {
  const point = (i: number): [number, number] => [data.readUInt32BE(8 * i) / 1e5, data.readUInt32BE(8 * i + 4) / 1e5];
  return [point(0), point(1), point(2), point(3)];
}

/** Whether these are the chromaticities of sRGB. */
export const isUsual = (primaries: Primaries) =>
  primaries.every((point, i) => point.every((value, k) => Math.abs(value - knownPrimaries[1][i][k]) < 0.002));
