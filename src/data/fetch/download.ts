import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatasetError, OptionError, WriteError } from '../../errors';
import { takeLock } from '../../disk/lock';
import { whyNotWritten } from '../../disk/whyNotWritten';
import { type Archive, type CatalogueEntry, catalogueEntry, type Mirror } from './catalogue';
import { dataFolder, lacking } from '../datasets';
import { forget, transfer } from './transfer';
import { unpack } from './unpack';

/** The progress of a fetch: bytes downloaded or checked, or files unpacked (their number is not known before). */
export interface FetchProgress {
  archive: string;
  stage: 'download' | 'check' | 'unpack';
  done: number;
  total?: number;
}

export interface FetchOptions {
  /** Called as bytes arrive or files are unpacked. */
  onProgress?: (progress: FetchProgress) => void;
  /** Lines for the user: the licence, why a mirror failed, what was checked. */
  onNote?: (line: string) => void;
  /**
   * Addresses that are tried before the known ones: an archive, or a folder (ending in /) that holds archives under
   * their usual names.
   */
  mirrors?: string[];
  /** Seconds without a byte after which a connection is given up and tried again; 60 by default. */
  silenceSeconds?: number;
  /** The folder that gets the data set; by default the one where data sets are looked for. */
  folder?: string;
}

/** Where a data set is, and the archives that were downloaded for it just now. */
export interface FetchResult {
  name: string;
  /** The folders that hold its pictures. */
  folders: string[];
  /** Whether nothing had to be downloaded. */
  alreadyThere: boolean;
  licence: string;
  /** One entry for each archive that was downloaded. */
  downloaded: { url: string; bytes: number; sha256: string }[];
}

/**
 * Downloads, checks and unpacks a data set unless it is there already. An interrupted download is resumed where it
 * stopped; the data set's folder appears only when it is complete. Throws DatasetError when no mirror delivered it,
 * with the reason for each one; WriteError when the disk is too small; LockedError while another process fetches the
 * same set.
 */
export async function fetchDataset(data: string | CatalogueEntry, options: FetchOptions = {}): Promise<FetchResult> {
  if (data === 'sample')
    return { name: data, folders: [], alreadyThere: true, licence: 'public domain', downloaded: [] };
  const entry = typeof data === 'string' ? catalogueEntry(data) : data;
  const folder = resolve(options.folder ?? dataFolder());
  const { name, licence, archives, instead } = entry;
  const result = {
    name,
    licence,
    alreadyThere: false,
    folders: archives.map((archive) => join(folder, archive.folder)),
    downloaded: [] as FetchResult['downloaded'],
  };
  if (instead && !(await lacking(folder, instead)))
    return { ...result, alreadyThere: true, folders: Object.keys(instead).map((path) => join(folder, path)) };
  const named = namedMirrors(archives, options.mirrors);
  const wanted = await notWhole(archives, folder);
  if (!wanted.length) return { ...result, alreadyThere: true };
  if (entry.onRequest && !options.mirrors?.length)
    throw new DatasetError(
      `${name}: ${licence}; ${entry.onRequest}, then put its pictures into ${result.folders.join(', ')}`,
    );
  options.onNote?.(`licence of ${name}: ${licence}`);
  const unlock = await takeLock(folder, `.${name}.lock`, `fetches ${name}`);
  try {
    for (const archive of await notWhole(wanted, folder)) {
      const mirrors = [...(named.get(archive) ?? []), ...archive.mirrors];
      result.downloaded.push(await fetchArchive(name, archive, mirrors, join(folder, archive.folder), options));
    }
  } finally {
    await unlock();
  }
  return result;
}

async function notWhole(archives: Archive[], folder: string): Promise<Archive[]> {
  const lacks = await Promise.all(archives.map((archive) => lackingOfAll(join(folder, archive.folder), archive)));
  return archives.filter((_, index) => lacks[index]);
}

/** Says what each of the archive's layouts lacks; undefined if one of them is complete. */
async function lackingOfAll(folder: string, { layouts }: Archive): Promise<string | undefined> {
  const lacks = await Promise.all(layouts.map((layout) => lacking(folder, layout)));
  return lacks.includes(undefined) ? undefined : lacks.join('; or ');
}

async function fetchArchive(
  name: string,
  archive: Archive,
  mirrors: Mirror[],
  target: string,
  options: FetchOptions,
): Promise<FetchResult['downloaded'][number]> {
  await refuseToReplace(name, archive, target);
  const failures: string[] = [];
  for (const mirror of mirrors) {
    try {
      const receipt = await fetchFrom(mirror, name, archive, target, options);
      await Promise.all(mirrors.map((each) => forget(partFile(target, archive, each))));
      return receipt;
    } catch (error) {
      if (error instanceof WriteError || error instanceof OptionError) throw error;
      failures.push(`${mirror.url}: ${reason(error)}`);
      if (mirror !== mirrors.at(-1)) options.onNote?.(`no luck with ${failures.at(-1)}; trying the next address`);
    }
  }
  throw new DatasetError(
    `${name}: none of ${mirrors.length} addresses gave ${archive.file}:\n  ${failures.join('\n  ')}\n` +
      'Try again later (the part received so far is kept and resumed), name another address with --mirror, or put ' +
      `the folder ${target} there yourself`,
  );
}

/** The user's own files are never overwritten. */
async function refuseToReplace(name: string, archive: Archive, target: string): Promise<void> {
  const found = await stat(target).catch(() => null);
  if (found && (!found.isDirectory() || (await readdir(target)).length))
    throw new DatasetError(
      `${name}: ${target} exists but is not complete (${await lackingOfAll(target, archive)}); move it away, then ` +
        'fetch again',
    );
}

/**
 * Assigns the user's addresses to archives: a folder serves all archives, the address of an archive serves the one of
 * that name, or the only one. A known checksum is checked for them too.
 */
function namedMirrors(archives: Archive[], urls: string[] = []): Map<Archive, Mirror[]> {
  const named = new Map<Archive, Mirror[]>(archives.map((archive) => [archive, []]));
  for (const text of urls) {
    if (!/^https?:\/\/[^/\s]+\/\S*$/.test(text))
      throw new OptionError(`mirror "${text}" is not an address; use one like https://host/archive.zip`);
    const fitting = archives.filter(
      ({ file }) => archives.length === 1 || text.endsWith('/') || text.endsWith(`/${file}`),
    );
    if (!fitting.length)
      throw new OptionError(
        `mirror "${text}": it has to end in ${archives.map(({ file }) => file).join(' or ')}, or in / where ` +
          'these files lie',
      );
    for (const archive of fitting) {
      const url = text.endsWith('/') ? text + archive.file : text;
      const known = url.endsWith(`/${archive.file}`) ? archive.mirrors.find(({ sha256 }) => sha256) : undefined;
      named.get(archive)?.push({ ...known, url });
    }
  }
  return named;
}

/** Beside the target, hidden, one for each address: mirrors may hold different files. */
function partFile(target: string, { file }: Archive, { url }: Mirror): string {
  return join(dirname(target), `.${file}.${createHash('sha256').update(url).digest('hex').slice(0, 8)}.part`);
}

async function fetchFrom(
  mirror: Mirror,
  name: string,
  archive: Archive,
  target: string,
  options: FetchOptions,
): Promise<FetchResult['downloaded'][number]> {
  const report = (stage: FetchProgress['stage']) => (done: number, total?: number) =>
    options.onProgress?.({ archive: archive.file, stage, done, total });
  const part = partFile(target, archive, mirror);
  const temporary = `${target}.unpacking`;
  let arrived = false;
  try {
    const { onNote, silenceSeconds } = options;
    await transfer(mirror, part, { onBytes: report('download'), onNote, silenceSeconds });
    arrived = true;
    const receipt = { name, url: mirror.url, ...(await hash(part, report('check'))), date: new Date().toISOString() };
    if (mirror.sha256 && mirror.sha256 !== receipt.sha256)
      throw new DatasetError(`its SHA-256 is ${receipt.sha256} instead of ${mirror.sha256}`);
    await unpackWhole(part, temporary, archive, receipt, report('unpack'));
    await rmdir(target).catch(() => undefined);
    await rename(temporary, target);
    options.onNote?.(
      `${archive.file}: ${mirror.sha256 ? 'checksum and ' : ''}number of images ` +
        `correct${mirror.sha256 ? '' : ` (no published checksum; its SHA-256 is ${receipt.sha256})`}`,
    );
    return receipt;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    const noRoom = error instanceof WriteError || (arrived && (error as NodeJS.ErrnoException).syscall !== undefined);
    // An archive that arrived completely and is bad is useless; one that did not fit on the disk is resumed once
    // there is room.
    if (arrived && !noRoom) await forget(part).catch(() => undefined);
    if (!noRoom) throw error;
    const kept = (await stat(part).catch(() => null))?.size ? `; the download is kept in ${part}` : '';
    const told =
      error instanceof WriteError
        ? error.message
        : `${target} cannot be written: ${whyNotWritten(error)}; is there room, and is the folder writable?`;
    throw new WriteError(`${told}${kept}`, { cause: error });
  }
}

async function unpackWhole(
  part: string,
  temporary: string,
  archive: Archive,
  receipt: object,
  onFile: (done: number) => void,
): Promise<void> {
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await unpack(part, temporary, archive.keep, onFile);
  const lacks = await lackingOfAll(temporary, archive);
  if (lacks) throw new DatasetError(`the download is not complete: ${lacks.replaceAll(temporary, archive.folder)}`);
  await writeFile(join(temporary, 'receipt.json'), JSON.stringify(receipt, null, 2) + '\n');
}

async function hash(
  file: string,
  onBytes: (done: number, total: number) => void,
): Promise<{ bytes: number; sha256: string }> {
  const sum = createHash('sha256');
  const total = (await stat(file)).size;
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    sum.update(chunk);
    onBytes((bytes += chunk.length), total);
  }
  return { bytes, sha256: sum.digest('hex') };
}

/** fetch says only "fetch failed"; its cause says why. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  const deeper = cause as NodeJS.ErrnoException | undefined;
  return message === 'fetch failed' || message === 'terminated'
    ? `no connection (${deeper?.message || deeper?.code || message})`
    : message;
}
