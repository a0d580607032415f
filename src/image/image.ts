/** One channel, row after row: sample (x, y) stands at `data[y * width + x]`. */
export interface Plane {
  data: Float32Array;
  width: number;
  height: number;
}

/** An 8-bit picture as it is stored: 1 (grey) or 3 (RGB) interleaved channels, and the alpha channel apart. */
export interface Image {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3;
  alpha?: Uint8Array;
}

/** The three planes of a colour picture, in the convention of the function that made them. */
export interface YCbCr {
  y: Plane;
  cb: Plane;
  cr: Plane;
}
