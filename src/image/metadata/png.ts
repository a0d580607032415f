/** Signature (8 bytes) and IHDR (25), after which the chunks that describe the colours must stand. */
const START = 33;

export interface Chunk {
  type: string;
  data: Buffer;
}

/** The chunks of a PNG after IHDR, as far as the file is complete. */
export function* chunksOf(png: Buffer): Generator<Chunk & { from: number; to: number }> {
  for (let at = START; at + 12 <= png.length;) {
    const to = at + 12 + png.readUInt32BE(at);
    if (to > png.length) return;
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, to - 4), from: at, to };
    at = to;
  }
}

/** The data of the first chunk of each type. */
export function chunkTable(png: Buffer): Map<string, Buffer> {
  const table = new Map<string, Buffer>();
  for (const { type, data } of chunksOf(png)) if (!table.has(type)) table.set(type, data);
  return table;
}

const XMP = 'XML:com.adobe.xmp';

const isProfile = (chunk: Chunk) => keywordOf(chunk).startsWith('Raw profile type');
const allTexts = (png: Buffer) => [...chunksOf(png)].filter(({ type }) => ['tEXt', 'zTXt', 'iTXt'].includes(type));

/** Its texts (title, author, settings of the program), without XMP and profiles that are written as text. */
export const textChunks = (png: Buffer): Chunk[] =>
  allTexts(png)
    .filter((chunk) => keywordOf(chunk) !== XMP && !isProfile(chunk))
    .map(({ type, data }) => ({ type, data: Buffer.from(data) }));

/** The names of its profiles that are written as text, as older programs do: "Raw profile type iptc". */
export const textProfiles = (png: Buffer): string[] => allTexts(png).filter(isProfile).map(keywordOf);

/** What a chunk of text is about, as in "Author". */
export const keywordOf = ({ data }: Chunk): string => data.toString('latin1', 0, Math.max(0, data.indexOf(0)));

/** A PNG with these chunks put before its pixels, and without those of the types `left`. */
export function withChunks(png: Buffer, chunks: readonly Chunk[], left: readonly string[]): Buffer {
  const kept = [...chunksOf(png)]
    .filter(({ type }) => !left.includes(type))
    .map(({ from, to }) => png.subarray(from, to));
  return Buffer.concat([png.subarray(0, START), ...chunks.map(chunkBytes), ...kept]);
}

function chunkBytes({ type, data }: Chunk): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc(content));
  return Buffer.concat([length, content, check]);
}

/** PNG specification, annex D. */
export function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
