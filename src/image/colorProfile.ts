import { deflateSync } from 'node:zlib';

/** Signature (8 bytes) and IHDR (25), after which a profile has to stand. */
const START = 33;

/** A PNG with the colour profile in a chunk iCCP (PNG specification, 11.3.2.3), in the place of the one it has. */
export function embedProfile(png: Buffer, profile: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from('iCCPprofile\0\0', 'latin1'), deflateSync(profile)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  check.writeUInt32BE(crc(content));
  return Buffer.concat([png.subarray(0, START), length, content, check, ...chunksWithout(png, ['iCCP', 'sRGB'])]);
}

function chunksWithout(png: Buffer, left: string[]): Buffer[] {
  const kept: Buffer[] = [];
  for (let at = START; at < png.length;) {
    const end = at + 12 + png.readUInt32BE(at);
    if (!left.includes(png.toString('latin1', at + 4, at + 8))) kept.push(png.subarray(at, end));
    at = end;
  }
  return kept;
}

/** PNG specification, annex D. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
