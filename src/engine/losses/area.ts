import { ImageTooSmallError } from '../../errors';
import { BLOCK } from './dct';
import { type LossName, losses } from './losses';

interface Size {
  width: number;
  height: number;
}

/** The outputs that count, as a rectangle of a patch. */
export interface Area extends Size {
  left: number;
  top: number;
}

/**
 * The outputs at least `border` pixels from the edge; for a loss of blocks as many whole blocks of 8x8 as lie in the
 * middle of these. Throws ImageTooSmallError where nothing is left.
 */
export function areaOf(loss: LossName, { width, height }: Size, border: number): Area {
  const side = losses[loss].kind === 'frequencies' ? BLOCK : 1;
  const along = (outputs: number) => {
    const inside = outputs - 2 * border;
    const length = inside - (inside % side);
    return { from: border + Math.floor((inside - length) / 2), length };
  };
  const [x, y] = [along(width), along(height)];
  if (x.length <= 0 || y.length <= 0)
    throw new ImageTooSmallError(
      `a border of ${border} leaves ${side === 1 ? 'nothing' : `no ${side}x${side} outputs for the loss ${loss}`} of ` +
        `${width}x${height} patches; use larger patches or a smaller border`,
    );
  return { left: x.from, top: y.from, width: x.length, height: y.length };
}
