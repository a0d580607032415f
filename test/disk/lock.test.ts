import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '../../src/disk/lock';
import { LockedError } from '../../src/errors';

let all: string, folder: string;
before(async () => void (all = await fs.mkdtemp(join(tmpdir(), 'srcnn-lock-'))));
beforeEach(async () => void (folder = await fs.mkdtemp(join(all, 'run-'))));
after(() => fs.rm(all, { recursive: true }));

const take = () => takeLock(folder, 'run.lock', 'trains there');
/** The lock of a process that has ended. */
const stale = () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return JSON.stringify({ host: hostname(), process: pid, began: null, since: '2026-01-02T03:04:05.000Z' }) + '\n';
};
const write = (content: string, name = 'run.lock') => fs.writeFile(join(folder, name), content);

/** Takes the lock so many times at once; how many got it, which must be one, after which it is given back. */
async function contend(times: number): Promise<void> {
  const attempts = await Promise.allSettled(Array.from({ length: times }, take));
  const taken = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  for (const attempt of attempts)
    if (attempt.status === 'rejected') assert.ok(attempt.reason instanceof LockedError, String(attempt.reason));
  assert.equal(taken.length, 1);
  await assert.rejects(take(), LockedError);
  await taken[0]();
  assert.deepEqual(await fs.readdir(folder), []);
}

test('a lock that names no owner is taken over by one', async () => {
  const host = hostname();
  const ownerless: unknown[] = [{}, null, [], 7, 'text', { host }, { process: 1 }, { host, process: 'one' }];
  ownerless.push({ host, process: 0 }, { host, process: -1 }, { host, process: 1.5 }, { host: null, process: 1 });
  for (const content of ownerless) {
    await write(JSON.stringify(content));
    await contend(2);
  }
});

test('a lock that is empty, cut short or no text is taken over by one, a second after it was found', async () => {
  for (const content of ['', '{"host":"so', '\u0000\u0001']) {
    await write(content);
    const began = Date.now();
    await contend(3);
    assert.ok(Date.now() - began >= 1000);
  }
});

test('a lock that is being written while another looks at it belongs to its writer', async () => {
  await write('');
  const looked = take();
  await sleep(300);
  const { process: pid, ...rest } = { host: hostname(), process: process.ppid, since: 'now' };
  await write(JSON.stringify({ ...rest, process: pid, began: null }));
  await assert.rejects(looked, new RegExp(`LockedError: .*process ${pid} on`));
});

test('a lock of a process that ended while it took over another is taken over, and its files are removed', async () => {
  await write(stale());
  const rename = fs.rename;
  // As if the process were killed after it made its successor's file, and before it replaced the lock file.
  fs.rename = async () => Promise.reject(Object.assign(new Error('refused'), { code: 'EPERM' }));
  try {
    const unlock = await take();
    const names = (await fs.readdir(folder)).sort();
    assert.equal(names.length, 2, names.join());
    await assert.rejects(take(), LockedError);
    await write(stale(), names[1]);
    fs.rename = rename;
    await contend(4);
    await unlock();
  } finally {
    fs.rename = rename;
  }
});

test('a slow process that found a stale lock does not take it from a faster one', async () => {
  const { link, rename } = fs;
  for (const step of ['link', 'rename'] as const) {
    await write(stale());
    let first = true;
    const slow = async (from: string, to: string) => {
      const waits = first;
      first = false;
      if (waits) await sleep(200);
      await { link, rename }[step](from, to);
      if (waits) await sleep(200);
    };
    Object.assign(fs, { [step]: slow });
    try {
      const later = async (ms: number) => sleep(ms).then(take);
      const attempts = await Promise.allSettled([take(), later(50), later(250), later(300)]);
      const taken = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      assert.equal(taken.length, 1, step);
      await taken[0]();
      assert.deepEqual(await fs.readdir(folder), []);
    } finally {
      Object.assign(fs, { link, rename });
    }
  }
});

test('where a file system knows no second names, one of many takes a lock that is free, stale or empty', async () => {
  const { link } = fs;
  fs.link = async () => Promise.reject(Object.assign(new Error('not supported'), { code: 'EPERM' }));
  try {
    for (const content of [null, stale(), '', '{}']) {
      if (content !== null) await write(content);
      await contend(5);
    }
  } finally {
    fs.link = link;
  }
});

test('a lock that cannot be read is an error that names it', async () => {
  await fs.mkdir(join(folder, 'run.lock'));
  await assert.rejects(
    take(),
    (error: Error) => error instanceof LockedError && /run\.lock: .* delete it/.test(error.message),
  );
});

test('a lock that is a link to nowhere is an error that names it, not one that blames other processes', async (t) => {
  if (process.platform === 'win32') return t.skip('links need rights there');
  await fs.symlink('nowhere', join(folder, 'run.lock'));
  await assert.rejects(
    take(),
    (error: Error) =>
      error instanceof LockedError && /cannot be read \(it is not there\); delete it/.test(error.message),
  );
});

test('giving a folder back leaves the lock of a process that took it after somebody deleted the first', async () => {
  const unlock = await take();
  await fs.rm(join(folder, 'run.lock'));
  const second = await take();
  await unlock();
  await assert.rejects(take(), LockedError);
  await second();
});

test('a killed process whose parent has not asked for its end holds no lock', async (t: TestContext) => {
  if (process.platform !== 'linux') return t.skip('only Linux says so');
  // The shell replaces itself by a program that never asks for the end of its child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout!, 'data');
  try {
    await sleep(200);
    await write(JSON.stringify({ host: hostname(), process: Number(String(line)), began: null, since: 'now' }));
    await contend(1);
  } finally {
    parent.kill('SIGKILL');
  }
});
