/**
 * A channel of `count` interleaved RGB pixels: the entries of three tables of 256 words, one for each colour, added,
 * divided by 64 and shifted, within 0..255.
 */
export function convertPixels(rgb: usize, tables: usize, offset: i32, plane: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const sum =
      load<i32>(tables + ((<usize>load<u8>(rgb)) << 2)) +
      load<i32>(tables + ((<usize>load<u8>(rgb, 1)) << 2), 1024) +
      load<i32>(tables + ((<usize>load<u8>(rgb, 2)) << 2), 2048);
    f32.store(plane, <f32>min(255, max(0, (sum >> 6) + offset)));
    rgb += 3;
    plane += 4;
  }
}
