const COEFFICIENTS = 64;

/**
 * Whether the scans of a JPEG bring every coefficient of every component in its last precision, as those of a
 * progressive one do together. It is not checked whether the scans themselves are complete.
 */
export function hasAllScans(jpeg: Buffer): boolean {
  /** For each component the bits that its coefficients still lack. */
  const lacking = new Map<number, Uint8Array>();
  for (const { marker, data } of segmentsOf(jpeg)) {
    if (marker >= 0xc0 && marker <= 0xc2)
      for (let i = 0; i < data[5]; i++) lacking.set(data[6 + 3 * i], new Uint8Array(COEFFICIENTS).fill(255));
    if (marker !== 0xda) continue;
    const count = data[0];
    const [first, last, bits] = data.subarray(1 + 2 * count);
    for (let i = 0; i < count; i++) lacking.get(data[1 + 2 * i])?.fill(bits & 15, first, last + 1);
  }
  return lacking.size > 0 && [...lacking.values()].every((values) => values.every((value) => value === 0));
}

/** The segments that have a length. Everything between them, such as the data of a scan, is skipped. */
export function* segmentsOf(jpeg: Buffer): Generator<{ marker: number; data: Buffer }> {
  for (let at = 2; at + 4 <= jpeg.length;) {
    const marker = jpeg[at + 1];
    const hasLength = jpeg[at] === 0xff && marker >= 0xc0 && marker < 0xff && !(marker >= 0xd0 && marker <= 0xd9);
    if (!hasLength) {
      at = nextMarker(jpeg, at + 1);
      continue;
    }
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (end > jpeg.length) return;
    yield { marker, data: jpeg.subarray(at + 4, end) };
    at = end;
  }
}

function nextMarker(jpeg: Buffer, from: number): number {
  const at = jpeg.indexOf(0xff, from);
  return at < 0 ? jpeg.length : at;
}
