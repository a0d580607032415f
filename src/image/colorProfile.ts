import { deflateSync } from 'node:zlib';
import { withChunks } from './metadata/png';

/** A PNG with the colour profile in a chunk iCCP (PNG specification, 11.3.2.3), in the place of the one it has. */
export function embedProfile(png: Buffer, profile: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]);
  return withChunks(png, [{ type: 'iCCP', data }], ['iCCP', 'sRGB']);
}
