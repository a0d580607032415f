import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { type Entry, openPromise } from 'yauzl';
import { DatasetError } from '../../errors';

/** Where an entry goes below the target folder, or undefined to leave it out. */
type Keep = (entry: string) => string | undefined;

/**
 * Unpacks the selected entries of a .zip, .tar or .tgz (recognised by its first bytes, not by its name) into a folder
 * and returns their number. Throws DatasetError for a file that is not an archive or is cut short, for an entry that
 * leads outside the folder (`../`, absolute) and for a selected entry that is a link.
 */
export async function unpack(
  archive: string,
  target: string,
  keep: Keep,
  onFile?: (done: number) => void,
): Promise<number> {
  const kind = await kindOf(archive);
  let done = 0;
  const write: Write = async (path, content, signal) => {
    const file = join(target, path);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(content, createWriteStream(file), { signal });
    done++;
    onFile?.(done);
  };
  try {
    await (kind === 'zip' ? unpackZip : unpackTar)(archive, keep, write);
  } catch (error) {
    // the system's errors (no room, no right to write) carry a syscall: they are not the archive's fault
    if (error instanceof DatasetError || (error as NodeJS.ErrnoException).syscall) throw error;
    throw new DatasetError(`the archive cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
  return done;
}

async function kindOf(archive: string): Promise<'zip' | 'tar'> {
  const handle = await open(archive);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0).finally(() => handle.close());
  const text = buffer.toString('latin1', 0, bytesRead);
  if (text.startsWith('PK')) return 'zip';
  if (text.startsWith('\x1f\x8b') || text.slice(257, 262) === 'ustar') return 'tar';
  const page = /^\s*<(!doctype|html|\?xml)/i.test(text);
  throw new DatasetError(
    page ? 'the server sent a web page instead of the archive' : 'the download is not a .zip, .tar or .tgz archive',
  );
}

/** What a tar archive calls its entries, in plain words. */
const tarKinds: Record<string, string> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Link: 'link',
  SymbolicLink: 'link',
  FIFO: 'pipe',
  CharacterDevice: 'device',
  BlockDevice: 'device',
};

/** The kind in the upper four bits of a Unix mode, as zip archives made on Unix keep it; others keep 0. */
const zipKinds: Record<number, string> = { 0o1: 'pipe', 0o2: 'device', 0o6: 'device', 0o12: 'link', 0o14: 'socket' };

/** The place of an entry, undefined to skip it. Directories are made as files need them. */
function place(entry: string, kind: string, keep: Keep): string | undefined {
  const path = entry.replaceAll('\\', '/');
  if (/^(\/|[a-z]:)/i.test(path) || path.split('/').includes('..'))
    throw new DatasetError(`the archive's entry "${entry}" leads outside its folder; nothing of it was kept`);
  const to = keep(path);
  if (to === undefined) return undefined;
  if (kind !== 'file')
    throw new DatasetError(`the archive's entry "${entry}" is a ${kind}, not a file; nothing of it was kept`);
  if (posix.isAbsolute(to) || posix.normalize(to).startsWith('..'))
    throw new DatasetError(`"${entry}" would be put outside the data set's folder`);
  return to;
}

/** Writes a file, unless `signal` stops it. */
type Write = (path: string, content: AsyncIterable<Buffer>, signal?: AbortSignal) => Promise<void>;

async function unpackZip(archive: string, keep: Keep, write: Write): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const kind = zipKinds[(entry.externalFileAttributes >>> 28) & 0o17] ?? 'file';
      const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName, kind, keep);
      if (path !== undefined)
        await write(
          path,
          checked(() => zip.openReadStreamPromise(entry), entry),
        );
    }
  } finally {
    zip.close();
  }
}

/**
 * Passes bytes on and fails at their end when they are not those that were packed: yauzl checks lengths only. The
 * stream is opened when it is read: one that fails before somebody listens ends the program.
 */
async function* checked(open: () => Promise<Readable>, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const chunk of await open()) {
    sum = crc32 ? crc32(chunk, sum) : entry.crc32; // Node before 20.15 has no crc32
    yield chunk;
  }
  if (sum !== entry.crc32) throw new Error(`"${entry.fileName}" is damaged`);
}

function unpackTar(archive: string, keep: Keep, write: Write): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = createReadStream(archive);
    const writes: Promise<void>[] = [];
    const stopped = new AbortController();
    // What is being written ends first: the caller may remove the folder.
    const stop = (error: Error) => {
      if (stopped.signal.aborted) return;
      stopped.abort();
      source.destroy();
      void Promise.allSettled(writes).then(() => reject(error));
    };
    const onReadEntry = (entry: ReadEntry) => {
      if (stopped.signal.aborted) return entry.resume();
      try {
        const path =
          entry.type === 'Directory' ? undefined : place(entry.path, tarKinds[entry.type] ?? entry.type, keep);
        if (path === undefined) return entry.resume();
        const written = write(path, entry, stopped.signal);
        written.catch(stop);
        writes.push(written);
      } catch (error) {
        stop(error as Error);
      }
    };
    // an entry with a broken header would be skipped in silence
    const onwarn = (code: string, message: string | Error) => {
      if (code !== 'TAR_ENTRY_INFO')
        stop(new Error(`${code}: ${message instanceof Error ? message.message : message}`));
    };
    const parser = new Parser({ onReadEntry, onwarn });
    parser.on('end', () => Promise.all(writes).then(() => resolve(), stop));
    parser.on('error', stop);
    source.on('error', stop).pipe(parser as unknown as NodeJS.WritableStream);
  });
}
