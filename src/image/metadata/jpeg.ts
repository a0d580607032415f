import { prefixedExif } from './exif';
import { segmentsOf } from './jpegScans';
import type { Resolution } from './resolution';

/** The resolution that the JFIF segment at the beginning of a JPEG gives, if it gives one in inches or centimetres. */
export function jfifResolution(jpeg: Buffer): Resolution | undefined {
  if (jpeg.length < 18 || jpeg.readUInt16BE(2) !== 0xffe0 || jpeg.toString('latin1', 6, 11) !== 'JFIF\0')
    return undefined;
  const inches = [0, 1, 2.54][jpeg[13]] ?? 0;
  const [x, y] = [jpeg.readUInt16BE(14) * inches, jpeg.readUInt16BE(16) * inches];
  return x && y ? { x, y } : undefined;
}

const COMMENT = 0xfe,
  APP2 = 0xe2,
  SCAN = 0xda;

/** Sentences about what stands before the pixels of a JPEG and is not taken over: comments, and further pictures. */
export function leftInJpeg(jpeg: Buffer): string[] {
  const left: string[] = [];
  for (const { marker, data } of segmentsOf(jpeg)) {
    if (marker === SCAN) break;
    if (marker === COMMENT) left.push(`the comment "${shortened(data)}" is not taken over`);
    if (marker === APP2 && data.toString('latin1', 0, 4) === 'MPF\0')
      left.push('only the first of its pictures is taken, not a second view or a map of brightness (MPF)');
  }
  return left;
}

const LONGEST_COMMENT = 40;

/** The printable beginning. */
function shortened(data: Buffer): string {
  const characters = [
    ...data
      .toString('utf8')
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim(),
  ];
  const text = characters.slice(0, LONGEST_COMMENT).join('');
  return characters.length > LONGEST_COMMENT ? `${text}...` : text;
}

const segment = (marker: number, data: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
};

/** The most bytes of EXIF that a JPEG holds. */
export const LONGEST_EXIF = 65535 - 2 - 6;

/** Replaces the JFIF and EXIF of a JPEG that the lab's encoder made by those given. */
export function describeJpeg(jpeg: Buffer, resolution?: Resolution, exif?: Buffer): Buffer {
  const begin = [jpeg.subarray(0, 2)];
  if (resolution) {
    const jfif = Buffer.from('JFIF\0\x01\x02\x01\0\0\0\0\0\0', 'latin1');
    jfif.writeUInt16BE(Math.min(65535, Math.max(1, Math.round(resolution.x))), 8);
    jfif.writeUInt16BE(Math.min(65535, Math.max(1, Math.round(resolution.y))), 10);
    begin.push(segment(0xe0, jfif));
  }
  if (exif) begin.push(segment(0xe1, prefixedExif(exif)));
  return Buffer.concat([...begin, withoutSegments(jpeg)]);
}

/** Everything after the first two bytes, except JFIF and EXIF. */
function withoutSegments(jpeg: Buffer): Buffer {
  const kept: Buffer[] = [];
  let at = 2;
  while (jpeg[at] === 0xff && jpeg[at + 1] >= 0xe0 && jpeg[at + 1] <= 0xef) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    const name = jpeg.toString('latin1', at + 4, at + 9);
    if (name !== 'JFIF\0' && name !== 'Exif\0') kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, jpeg.subarray(at)]);
}
