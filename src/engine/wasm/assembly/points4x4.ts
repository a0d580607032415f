/** The points of minimal filtering F(4x4, 3x3), and how many values a tile has: winograd4x4.ts. */
export const POINTS: i32 = 36;
export const A: f32 = 0.75;
export const B: f32 = 1.5;
export const AA: f32 = A * A;
export const BB: f32 = B * B;
