import { mkdir, open, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { whyNotWritten } from '../../disk/whyNotWritten';
import { OptionError, WriteError } from '../../errors';
import type { Mirror } from './catalogue';
import { fetchByProxy } from './proxy';

type OnBytes = (done: number, total?: number) => void;

/** Seconds without a byte after which a connection is given up. */
const SILENCE_SECONDS = 60;

/** An attempt that ended in silence counts as useful only if it brought this many bytes. */
const USEFUL_BYTES = 1e6;

/** The server sent nothing for too long. */
class Silence extends Error {}

export interface TransferOptions {
  /** Called after each piece. */
  onBytes?: OnBytes;
  /** Called with the reason why a connection was given up and another one is tried. */
  onNote?: (line: string) => void;
  /** Seconds without a byte after which a connection is given up; 60 by default. */
  silenceSeconds?: number;
}

/** Milliseconds to wait after a lost connection, longer each time it brought nothing; then the mirror is given up. */
const pauses = [200, 1000, 4000];

/**
 * Downloads an address into a file and resumes where an earlier attempt stopped, in this run or another one. Throws
 * WriteError when the disk is too small or not writable, otherwise an Error that says what the server did; the bytes
 * received so far stay in the file.
 */
export async function transfer(mirror: Mirror, file: string, options: TransferOptions = {}): Promise<void> {
  let answered = false;
  let furthest = await sizeOf(file);
  for (let fruitless = 0; ; fruitless++) {
    try {
      return await connect(mirror, file, () => (answered = true), options);
    } catch (error) {
      // a server that never answered is left for the next mirror at once
      if (error instanceof WriteError || error instanceof Refusal || error instanceof OptionError || !answered)
        throw error;
      // A server that sends a few bytes and falls silent, or the same bytes again and again, would be waited for
      // without end.
      const size = await sizeOf(file);
      if (size - furthest >= (error instanceof Silence ? USEFUL_BYTES : 1)) fruitless = 0;
      furthest = Math.max(furthest, size);
      if (fruitless === pauses.length) throw error;
      options.onNote?.(`${mirror.url}: ${(error as Error).message}; trying again`);
      await pause(pauses[fruitless]);
    }
  }
}

/** Deletes what a transfer left. */
export async function forget(file: string): Promise<void> {
  await Promise.all([file, validatorFile(file)].map((each) => rm(each, { force: true })));
}

/** The server answered, but not with the file: trying again at once is of no use. */
class Refusal extends Error {}

async function connect(mirror: Mirror, file: string, onAnswer: () => void, options: TransferOptions): Promise<void> {
  const { onBytes, silenceSeconds = SILENCE_SECONDS } = options;
  const { size, validator } = await earlier(file);
  await checkRoom(file, mirror.bytes ?? 0, size);
  const silence = new AbortController();
  const alarm = setTimeout(
    () => silence.abort(new Silence(`it sent nothing for ${silenceSeconds} seconds`)),
    silenceSeconds * 1000,
  );
  try {
    const response = await fetchByProxy(mirror.url, {
      headers: requestHeaders(size, validator),
      signal: silence.signal,
    });
    if (response.status === 416 && rangeOf(response).total === size) return;
    if (size && (response.status === 416 || (response.status === 206 && rangeOf(response).start !== size))) {
      await response.body?.cancel();
      await forget(file);
      return await connect(mirror, file, onAnswer, options);
    }
    if (!response.ok || !response.body)
      throw new Refusal(`the server answered ${response.status} ${response.statusText}`);
    onAnswer();
    await receive(response, response.status === 206 ? size : 0, mirror, file, (done, total) => {
      alarm.refresh();
      onBytes?.(done, total);
    });
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    clearTimeout(alarm);
  }
}

function requestHeaders(size: number, validator: string): Record<string, string> {
  const headers = { 'accept-encoding': 'identity' };
  return size ? { ...headers, range: `bytes=${size}-`, ...(validator && { 'if-range': validator }) } : headers;
}

async function receive(
  response: Response,
  start: number,
  mirror: Mirror,
  file: string,
  onBytes: OnBytes,
): Promise<void> {
  // some servers call a .tgz a gzip-encoded .tar, and fetch unpacks it: then the lengths are those of something else
  const encoded = response.headers.has('content-encoding') && response.headers.get('content-encoding') !== 'identity';
  const length = Number(response.headers.get('content-length') ?? NaN);
  const total = start ? rangeOf(response).total : encoded || Number.isNaN(length) ? undefined : length;
  if (mirror.bytes && total !== undefined && total !== mirror.bytes)
    throw new Refusal(`the server offers ${total} bytes instead of the ${mirror.bytes} it should have`);
  await checkRoom(file, total ?? 0, start);
  let done = start;
  const handle = await writing(file, () => open(file, start ? 'a' : 'w'));
  try {
    if (!start)
      await (encoded
        ? rm(validatorFile(file), { force: true })
        : writing(file, () => writeFile(validatorFile(file), validatorOf(response))));
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      await writing(file, () => handle.appendFile(chunk));
      done += chunk.length;
      onBytes(done, total);
    }
  } finally {
    await handle.close();
  }
  const expected = total ?? mirror.bytes;
  if (expected !== undefined && done !== expected)
    throw new Error(`the connection ended after ${done} of ${expected} bytes`);
}

/**
 * The size of the file that an earlier attempt left, and the validator by which the server recognises the file.
 * Without that validator the download cannot be resumed.
 */
async function earlier(file: string): Promise<{ size: number; validator: string }> {
  const validator = await readFile(validatorFile(file), 'utf8').catch(() => undefined);
  return validator === undefined ? { size: 0, validator: '' } : { size: await sizeOf(file), validator };
}

const validatorFile = (file: string) => `${file}.etag`;

/** If-Range wants a strong ETag or a date. */
function validatorOf(response: Response): string {
  const tag = response.headers.get('etag');
  return tag && !tag.startsWith('W/') ? tag : (response.headers.get('last-modified') ?? '');
}

/** Start and total of a Content-Range, as in "bytes 100-299/300"; without a start where the range was refused. */
function rangeOf(response: Response): { start?: number; total?: number } {
  const found = /^bytes (?:(\d+)-\d+|\*)\/(?:(\d+)|\*)$/.exec(response.headers.get('content-range') ?? '');
  const number = (text?: string) => (text === undefined ? undefined : Number(text));
  return { start: number(found?.[1]), total: number(found?.[2]) };
}

/** The archive's remaining bytes and as much again for what it unpacks to (pictures hardly compress) have to fit. */
async function checkRoom(file: string, total: number, have: number): Promise<void> {
  const folder = dirname(file);
  await writing(file, () => mkdir(folder, { recursive: true }));
  const { bavail, bsize } = await statfs(folder);
  const [needed, free] = [2 * total - have, bavail * bsize];
  if (needed > free)
    throw new WriteError(
      `${folder}: ${megabytes(needed)} are needed and ${megabytes(free)} are free; free some space, or name a ` +
        'folder elsewhere with SRCNN_DATA_DIR',
    );
}

/** Bytes as text, in MB or GB. */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

async function writing<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new WriteError(
      `${file} cannot be written: ${whyNotWritten(error)}; is there room, and is the folder writable?`,
      { cause: error },
    );
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}
