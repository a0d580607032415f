import { OptionError } from '../errors';
import type { Plane } from './image';
import { type Passes, resizeBands, type Samples } from './resizeBands';
import { matlabFilter, pillowFilter, pillowOne } from './resizeFilters';

function checkSize(plane: Plane, width: number, height: number): void {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1) throw new OptionError(`${name} is ${value}; use a whole number above 0`);
  }
  if (plane.width < 1 || plane.height < 1) throw new OptionError('the plane is empty: there is nothing to resize');
}

/**
 * Pillow 13's Image.resize(BICUBIC) of an 8-bit plane, equal to the last bit: it is antialiased when it shrinks, rounds
 * to 8 bits after each pass, and resizes rows first unless they grow while the columns shrink; a direction that keeps
 * its size is not changed.
 */
export function resizePillow(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const sameWidth = width === plane.width,
    sameHeight = height === plane.height;
  if (sameWidth && sameHeight) return { data: plane.data.slice(), width, height };
  const data = resizeBands(
    plane,
    {
      across: sameWidth ? undefined : pillowFilter(plane.width, width),
      down: sameHeight ? undefined : pillowFilter(plane.height, height),
      columnsFirst: width > plane.width && height < plane.height,
      units: [1 / pillowOne, 1 / pillowOne],
    },
    new Float32Array(width * height),
  );
  return { data, width, height };
}

/** The direction of the smaller scale first, columns when equal. */
function resizeMatlab<Data extends Float32Array | Float64Array>(
  from: Plane | Samples,
  width: number,
  height: number,
  units: Passes['units'],
  result: Data,
): Data {
  const passes = {
    across: matlabFilter(from.width, width),
    down: matlabFilter(from.height, height),
    columnsFirst: height / from.height <= width / from.width,
    units,
  };
  return resizeBands(from, passes, result);
}

export interface ImresizeOptions {
  /**
   * 'each-pass' rounds to 8 bits after each of the two passes, as MATLAB does on uint8; 'none' keeps real numbers
   * throughout, as it does on double.
   */
  rounding?: 'each-pass' | 'none';
}

/**
 * MATLAB's imresize(plane, [height width], 'bicubic'): antialiased when shrinking, borders reflected, the direction
 * of the smaller scale first and columns first when equal. Without rounding values may leave 0..255.
 */
export function imresize(plane: Plane, width: number, height: number, options: ImresizeOptions = {}): Plane {
  checkSize(plane, width, height);
  const unit = (options.rounding ?? 'none') === 'each-pass' ? 1 : 0;
  const data = resizeMatlab(plane, width, height, [unit, unit], new Float32Array(width * height));
  return { data, width, height };
}

/**
 * Applies imresize to width x height and back to the plane's own size, in double throughout, and rounds to 8 bits
 * once at the end.
 */
export function imresizeThereAndBack(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const small = { data: resizeMatlab(plane, width, height, [0, 0], new Float64Array(width * height)), width, height };
  const data = resizeMatlab(small, plane.width, plane.height, [0, 1], new Float32Array(plane.data.length));
  return { ...plane, data };
}
