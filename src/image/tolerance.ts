import { hasAllScans } from './metadata/jpegScans';

type Run<T extends { data: Buffer }> = (bytes: Buffer, failOn: 'warning' | 'error') => Promise<T>;

/** Complaints of the JPEG library that come although all the pixels are there. */
const harmless = new RegExp(
  [
    'Invalid SOS parameters',
    'extraneous bytes before marker',
    'unrecognized JFIF',
    'Unknown Adobe color',
    'Inconsistent progression',
  ].join('|'),
  'i',
);
const END = Buffer.from([0xff, 0xd9]);

/**
 * Decodes a file and takes every warning of the decoder as an error, except for a JPEG that viewers show whole: one
 * without the mark of its end, or with warnings that concern no pixel. A sentence about these goes to `onNote`.
 */
export async function tolerantly<T extends { data: Buffer }>(
  bytes: Buffer,
  format: string,
  run: Run<T>,
  onNote: (note: string) => void,
): Promise<T> {
  try {
    return await run(bytes, 'warning');
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (format !== 'jpeg') throw unreadable(error, text);
    if (/premature end of JPEG/i.test(text)) return closed(bytes, run, error, onNote);
    if (!text.split('\n').every((line) => line.trim() === '' || harmless.test(line))) throw cutShort(error);
    const result = await run(bytes, 'error').catch((worse: unknown) => {
      throw cutShort(worse);
    });
    onNote(`its JPEG has a small fault (${text.split('\n')[0].replace(/^VipsJpeg: /, '')}), but readable`);
    return result;
  }
}

/** The decoder's own words, which name its functions, stay as the cause. */
const unreadable = (cause: unknown, text: string) =>
  /no known route|unsupported|not implemented/i.test(text)
    ? new Error('its colours or samples are of a kind that the lab does not read; save it as PNG', { cause })
    : cutShort(cause);

const cutShort = (error: unknown) => new Error('it is cut short or damaged', { cause: error });

/** Bytes that would become pixels, each in another way, if any pixel were missing. */
const fillers = [0x00, 0x55, 0xaa].map((byte) => Buffer.alloc(64, byte));

/** With the mark of the end. All pixels are there if they do not depend on the bytes that are put before this mark. */
async function closed<T extends { data: Buffer }>(
  bytes: Buffer,
  run: Run<T>,
  first: unknown,
  onNote: (note: string) => void,
): Promise<T> {
  try {
    if (!hasAllScans(bytes)) throw new Error('scans are missing');
    const result = await run(Buffer.concat([bytes, END]), 'warning');
    for (const filler of fillers) {
      const { data } = await run(Buffer.concat([bytes, filler, END]), 'error');
      if (!data.equals(result.data)) throw new Error('pixels are missing');
    }
    onNote('its end mark is missing, but all pixels are there');
    return result;
  } catch {
    throw cutShort(first);
  }
}
