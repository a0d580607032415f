/** Bits of the flags in the chunk VP8X (WebP container specification). */
const PROFILE_FLAG = 32,
  ALPHA_FLAG = 16,
  EXIF_FLAG = 8;
const VP8X_LENGTH = 18;

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

interface Described {
  width: number;
  height: number;
  alpha?: unknown;
  profile?: Buffer;
  exif?: Buffer;
}

/** Puts a colour profile and EXIF into a WebP of this size that the lab's encoder made. */
export function describeWebp(webp: Buffer, { width, height, alpha, profile, exif }: Described): Buffer {
  if (!profile && !exif) return webp;
  let body = webp.subarray(12);
  let header = Buffer.alloc(10);
  if (body.toString('latin1', 0, 4) === 'VP8X') {
    header = Buffer.from(body.subarray(8, VP8X_LENGTH));
    body = body.subarray(VP8X_LENGTH);
  } else {
    header[0] = alpha ? ALPHA_FLAG : 0;
    header.writeUIntLE(width - 1, 4, 3);
    header.writeUIntLE(height - 1, 7, 3);
  }
  header[0] |= (profile ? PROFILE_FLAG : 0) | (exif ? EXIF_FLAG : 0);
  return chunk(
    'RIFF',
    Buffer.concat([
      Buffer.from('WEBP', 'latin1'),
      chunk('VP8X', header),
      ...(profile ? [chunk('ICCP', profile)] : []),
      body,
      ...(exif ? [chunk('EXIF', exif)] : []),
    ]),
  );
}
