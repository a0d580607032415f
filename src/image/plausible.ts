/** Pictures up to this size are decoded whatever they say; a larger one must have bytes for its pixels. */
const HARMLESS_PIXELS = 2 ** 25;
/** The densest of the ordinary compressions, deflate with one bit a pixel, reaches 8,256 pixels a byte. */
const PIXELS_A_BYTE = 10_000;

/**
 * Throws an Error where a file of so few bytes says that it has so many pixels: decoding it would only fill the
 * memory.
 */
export function checkPlausible({ width, height }: { width: number; height: number }, bytes: number): void {
  if (width * height > HARMLESS_PIXELS && width * height > PIXELS_A_BYTE * bytes)
    throw new Error(`it says that it has ${width}x${height} pixels, which its ${bytes} bytes cannot hold`);
}
