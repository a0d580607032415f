/** Eigenvalues and eigenvectors of a symmetric matrix: vector k is the k-th column. */
export interface Eigen {
  values: Float64Array;
  vectors: Float64Array;
}

/**
 * Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5) of a symmetric matrix of `size` rows, given row
 * after row; exact to rounding for the small matrices of the measures.
 */
export function eigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < 60 && !isDiagonal(a, size); sweep++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]), vectors };
}

function isDiagonal(a: Float64Array, size: number): boolean {
  let off = 0,
    all = 0;
  for (let i = 0; i < a.length; i++) {
    all += a[i] * a[i];
    if (i % size !== Math.floor(i / size)) off += a[i] * a[i];
  }
  return off <= 1e-32 * all;
}

/** Makes the entries (p, q) and (q, p) zero. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q];
  if (entry === 0) return;
  const ratio = (a[q * size + q] - a[p * size + p]) / (2 * entry);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const cos = 1 / Math.hypot(1, tangent),
    sin = tangent * cos;
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q, cos, sin);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k, cos, sin);
  for (let k = 0; k < size; k++) turn(vectors, k * size + p, k * size + q, cos, sin);
}

function turn(a: Float64Array, i: number, j: number, cos: number, sin: number): void {
  const [x, y] = [a[i], a[j]];
  a[i] = cos * x - sin * y;
  a[j] = sin * x + cos * y;
}
