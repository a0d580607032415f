/** Pictures of up to this size are always decoded; a larger one must have enough bytes for its pixels. */
const HARMLESS_PIXELS = 2 ** 25;
/** The densest of the ordinary compressions, deflate with one bit a pixel, reaches 8,256 pixels a byte. */
const PIXELS_A_BYTE = 10_000;

/** Throws an Error if a file claims more pixels than its bytes can hold: decoding it would only fill the memory. */
export function checkPlausible({ width, height }: { width: number; height: number }, bytes: number): void {
  if (width * height > HARMLESS_PIXELS && width * height > PIXELS_A_BYTE * bytes)
    throw new Error(`its header says ${width}x${height} pixels, but the file has only ${bytes} bytes`);
}
