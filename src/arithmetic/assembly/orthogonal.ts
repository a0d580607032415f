// A step towards the eigenvectors of a symmetric matrix, in double precision, two values to a register. All pointers
// are byte addresses.

/** target += factor * source, for `bytes` of doubles. */
// @ts-ignore: decorator
@inline
function addTimes(target: usize, factor: f64, source: usize, bytes: usize): void {
  const factors = f64x2.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(target + i, f64x2.add(v128.load(target + i), f64x2.mul(factors, v128.load(source + i))));
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(a + i), v128.load(b + i)));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** direction = a row of `side` floats times the matrix `statistics`; a double behind an odd side is 0. */
function multiplyRow(row: usize, statistics: usize, side: i32, direction: usize, bytes: usize): void {
  memory.fill(direction, 0, bytes);
  for (let j = 0; j < side; j++) {
    const factors = f64x2.splat(<f64>f32.load(row + ((<usize>j) << 2)));
    for (let i: usize = 0; i < bytes; i += 16) {
      const values = f64x2.promote_low_f32x4(v128.load64_zero(statistics + (i >> 1)));
      v128.store(direction + i, f64x2.add(v128.load(direction + i), f64x2.mul(factors, values)));
    }
    statistics += (<usize>side) << 2;
  }
  if (side & 1) f64.store(direction + bytes - 8, 0);
}

/**
 * One step of orthogonal iteration in place: multiplies each row of `basis` (side x side floats) by the symmetric
 * `statistics`, then applies Gram-Schmidt twice, because the second pass removes the rounding errors of the first. A
 * basis of which a row becomes 0 stays as it was. `room` takes side x (side + 1) doubles.
 */
export function iterateBasis(basis: usize, statistics: usize, side: i32, room: usize): void {
  const row = (<usize>((side + 1) & ~1)) << 3,
    end = room + <usize>side * row,
    step = (<usize>side) << 2;
  let from = basis;
  for (let direction = room; direction < end; direction += row) {
    multiplyRow(from, statistics, side, direction, row);
    for (let pass = 0; pass < 2; pass++)
      for (let other = room; other < direction; other += row)
        addTimes(direction, -dot(direction, other, row), other, row);
    const norm = Math.sqrt(dot(direction, direction, row));
    // Where the gradient has been zero throughout, as with filters whose ReLU is off, there is nothing to learn of.
    if (!(norm > 1e-30)) return;
    const norms = f64x2.splat(norm);
    for (let i: usize = 0; i < row; i += 16) v128.store(direction + i, f64x2.div(v128.load(direction + i), norms));
    from += step;
  }
  for (let direction = room; direction < end; direction += row)
    for (let x = 0; x < side; x++) {
      f32.store(basis, <f32>f64.load(direction + ((<usize>x) << 3)));
      basis += 4;
    }
}
