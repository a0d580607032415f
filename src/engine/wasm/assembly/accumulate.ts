// How a vector of partial sums ends: its lanes are added to a number in memory.

// @ts-ignore: decorator
@inline
function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

// @ts-ignore: decorator
@inline
export function accumulate(address: usize, v: v128): void {
  f32.store(address, f32.load(address) + sumLanes(v));
}
