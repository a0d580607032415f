import { makeProfile, type Primaries } from './metadata/makeProfile';
import { isUsual, knownPrimaries } from './metadata/pngColors';

/** Places in the file of fields that the headers of Windows 4 (108 bytes) and 5 (124 bytes) have. */
const HEADER_SIZE = 14,
  COLOR_SPACE = 70,
  ENDPOINTS = 74,
  GAMMAS = 110;
/** The values of the field bV5CSType: colours by endpoints and gamma, and by a profile in another file. */
const CALIBRATED = 0,
  LINKED = 0x4c494e4b;
/** Gammas that differ less are one. */
const SAME_GAMMA = 0.01;

/**
 * A profile of the colours that a BMP's header describes by endpoints and gamma (LOGCOLORSPACE); undefined where they
 * are those of sRGB, or where it says nothing. What no profile can say goes to `onNote`.
 */
export function bmpProfile(file: Buffer, channels: 1 | 3, onNote: (note: string) => void): Buffer | undefined {
  if (file.readUInt32LE(HEADER_SIZE) < 108) return undefined;
  const space = file.readUInt32LE(COLOR_SPACE);
  if (space === LINKED) onNote('the colour profile lies in another file, which is not read');
  if (space !== CALIBRATED) return undefined;
  // Fixed point with 30 binary places for x, y and z, and with 16 for the gammas.
  const endpoints = [0, 1, 2].map((color) =>
    [0, 1, 2].map((axis) => file.readInt32LE(ENDPOINTS + 12 * color + 4 * axis) / 2 ** 30),
  );
  const [gamma, ...others] = [0, 1, 2].map((color) => file.readUInt32LE(GAMMAS + 4 * color) / 2 ** 16);
  const primaries = primariesOf(endpoints);
  // Many programs leave these fields empty, and mean sRGB.
  if (!primaries || gamma === 0) return undefined;
  if (others.some((other) => Math.abs(other - gamma) > SAME_GAMMA)) {
    onNote('the gamma of each colour (red, green, blue) is its own, which is not taken over: sRGB is assumed');
    return undefined;
  }
  if (isUsual(primaries) && Math.abs(gamma - 2.2) < SAME_GAMMA) return undefined;
  return makeProfile(primaries, [gamma], channels);
}

/**
 * Chromaticities of white, red, green and blue. The endpoints should be the XYZ of the colours, whose sum is white.
 * Many programs write chromaticities there, each with the sum 1, which say nothing of white: it is then that of sRGB.
 */
function primariesOf(endpoints: number[][]): Primaries | undefined {
  const sums = endpoints.map(sum);
  if (sums.some((total) => !(total > 0)) || endpoints.some(([, y]) => !(y > 0))) return undefined;
  const chromaticity = ([x, y, z]: number[]) => [x / (x + y + z), y / (x + y + z)] as const;
  const [red, green, blue] = endpoints.map(chromaticity);
  const areChromaticities = sums.every((total) => Math.abs(total - 1) < 0.01);
  const white = [0, 1, 2].map((axis) => sum(endpoints.map((color) => color[axis])));
  return [areChromaticities ? knownPrimaries[1][0] : chromaticity(white), red, green, blue];
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
