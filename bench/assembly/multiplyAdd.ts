// Nothing but multiply-adds on registers: the most that the machine's WASM SIMD can do. ../peak.ts compiles it with
// AssemblyScript.

/** Multiply-adds per turn of the loop, and numbers in each. */
export const PER_ROUND: i32 = 20;

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(f32x4.mul(a, b), sum);
}

/**
 * Ten independent sums: one multiply-add takes 4 cycles, and two start in each. Without a result, the compiler would
 * leave the work out.
 */
export function multiplyAdd(rounds: i32, left: f32, right: f32): f32 {
  const a = f32x4.splat(left),
    b = f32x4.splat(right);
  let s0 = a,
    s1 = b,
    s2 = a,
    s3 = b,
    s4 = a,
    s5 = b,
    s6 = a,
    s7 = b,
    s8 = a,
    s9 = b;
  for (let i = 0; i < rounds; i++) {
    s0 = add(a, b, s0);
    s1 = add(a, b, s1);
    s2 = add(a, b, s2);
    s3 = add(a, b, s3);
    s4 = add(a, b, s4);
    s5 = add(a, b, s5);
    s6 = add(a, b, s6);
    s7 = add(a, b, s7);
    s8 = add(a, b, s8);
    s9 = add(a, b, s9);
    s0 = add(a, b, s0);
    s1 = add(a, b, s1);
    s2 = add(a, b, s2);
    s3 = add(a, b, s3);
    s4 = add(a, b, s4);
    s5 = add(a, b, s5);
    s6 = add(a, b, s6);
    s7 = add(a, b, s7);
    s8 = add(a, b, s8);
    s9 = add(a, b, s9);
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)),
    f32x4.add(f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)), f32x4.add(s8, s9)),
  );
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 3);
}
