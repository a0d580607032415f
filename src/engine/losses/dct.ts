/** Side of a block, as in JPEG. */
export const BLOCK = 8;

/** The orthonormal DCT-II of eight samples: row u holds what sample x counts for frequency u. */
export const DCT = Float64Array.from({ length: BLOCK * BLOCK }, (_, i) => {
  const [u, x] = [Math.floor(i / BLOCK), i % BLOCK];
  return Math.sqrt((u === 0 ? 1 : 2) / BLOCK) * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * BLOCK));
});

export const transposed = (block: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: BLOCK * BLOCK }, (_, i) => block[(i % BLOCK) * BLOCK + Math.floor(i / BLOCK)]);

/** The product of two 8x8 matrices. */
function multiply(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const product = new Float64Array(BLOCK * BLOCK);
  for (let row = 0; row < BLOCK; row++)
    for (let k = 0; k < BLOCK; k++)
      for (let column = 0; column < BLOCK; column++)
        product[row * BLOCK + column] += a[row * BLOCK + k] * b[k * BLOCK + column];
  return product;
}

const BACK = transposed(DCT);

/** The frequencies of a block, [vertical][horizontal]. */
export const frequenciesOf = (block: ArrayLike<number>): Float64Array => multiply(multiply(DCT, block), BACK);

/** The block that has these frequencies. */
export const blockOf = (frequencies: ArrayLike<number>): Float64Array => multiply(multiply(BACK, frequencies), DCT);
