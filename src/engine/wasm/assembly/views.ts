// Descriptions in memory, so that a call names planes with one address. The TypeScript side writes them: plan/views.ts.

/**
 * Planes: the first sample that a kernel touches, bytes from plane to plane and from row to row, and how many planes.
 */
// @ts-ignore: decorator
@inline
export function dataOf(planes: usize): usize {
  return <usize>load<u32>(planes);
}
// @ts-ignore: decorator
@inline
export function planeOf(planes: usize): usize {
  return <usize>load<u32>(planes, 4);
}
// @ts-ignore: decorator
@inline
export function rowOf(planes: usize): usize {
  return <usize>load<u32>(planes, 8);
}
// @ts-ignore: decorator
@inline
export function countOf(planes: usize): i32 {
  return load<i32>(planes, 12);
}

/**
 * A workspace of minimal filtering begins as planes: its transformed samples, of which `count` are groups or
 * channels.
 */
// @ts-ignore: decorator
@inline
export function linesOf(workspace: usize): usize {
  return <usize>load<u32>(workspace, 16);
}
// @ts-ignore: decorator
@inline
export function lineOf(workspace: usize): usize {
  return <usize>load<u32>(workspace, 20);
}
// @ts-ignore: decorator
@inline
export function sumsOf(workspace: usize): usize {
  return <usize>load<u32>(workspace, 24);
}
// @ts-ignore: decorator
@inline
export function tilesOf(workspace: usize): i32 {
  return load<i32>(workspace, 28);
}
