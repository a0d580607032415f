import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockedError } from '../../src/errors';
import { takeLock } from '../../src/disk/lock';
import { loadWeights } from '../../src/formats/weights';
import { loadCheckpoint } from '../../src/runs/checkpoint';
import { type RandomState, uniform } from '../../src/random';

let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'srcnn-killed-'))));
after(() => rm(folder, { recursive: true }));

const KILLS = 50,
  EPOCHS = 30,
  BATCHES = 8;

interface Child {
  process: ChildProcess;
  lines: string[];
  /** Settles when the child has ended and all it said has come; the signal that ended it, if one did. */
  ended: Promise<NodeJS.Signals | null>;
  /** Settles with the first line that matches (or the second, ...), or when the child ends without one. */
  says: (pattern: RegExp, times?: number) => Promise<void>;
}

function trainInChild(run: string, epochs = EPOCHS, ...words: string[]): Child {
  const child = spawn(process.execPath, [join(__dirname, 'tinyRun.mjs'), run, String(epochs), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout! });
  reader.on('line', (line) => lines.push(line));
  const said = once(reader, 'close');
  const ended = once(child, 'exit').then(async ([, signal]) => {
    await said;
    return signal as NodeJS.Signals | null;
  });
  const says = (pattern: RegExp, times = 1) =>
    new Promise<void>((resolve) => {
      let left = times;
      reader.on('line', (line) => void (pattern.test(line) && --left === 0 && resolve()));
      void said.then(() => resolve());
    });
  return { process: child, lines, ended, says };
}

/** What a finished run must have in common with one that was never stopped: all but the seconds it took. */
async function outcome(run: string) {
  const checkpoint = await loadCheckpoint(run, (message) => assert.fail(message));
  const { weights, optimizer, best, history, epoch, random } = checkpoint!;
  return {
    weights,
    optimizer,
    best,
    epoch,
    random,
    losses: history.losses,
    epochs: history.epochs.map((record) => ({ ...record, seconds: 0, validationSeconds: 0 })),
    saved: (await loadWeights(join(run, 'weights.safetensors'))).weights,
    written: JSON.parse(await readFile(join(run, 'history.json'), 'utf8')).losses,
  };
}

/**
 * Kills the child some moments after it has loaded, or after one of its next batches: also while it reads or writes
 * checkpoints.
 */
async function killAtRandom(child: Child, random: RandomState): Promise<void> {
  await child.says(/^(loaded|step)/, 1 + Math.floor(12 * uniform(random)));
  await sleep(30 * uniform(random));
  child.process.kill('SIGKILL');
}

const lastStep = (lines: string[]) =>
  Math.max(0, ...lines.filter((line) => line.startsWith('step ')).map((line) => Number(line.slice(5))));

test(
  `a run that is killed at ${KILLS} random moments loses no batch that was done, and ends bit for bit as one ` +
    'that was not',
  async (t: TestContext) => {
    const random = { seed: Number(process.env.SRCNN_TEST_SEED ?? 1), draws: 0 };
    t.diagnostic(`random moments of seed ${random.seed}; SRCNN_TEST_SEED sets another`);
    const whole = join(folder, 'whole');
    await trainInChild(whole).ended;
    const wanted = await outcome(whole);
    let kills = 0,
      runs = 0;
    while (kills < KILLS) {
      const run = join(folder, `run${++runs}`);
      for (let finished = false; !finished;) {
        const child = trainInChild(run);
        if (kills < KILLS) await killAtRandom(child, random);
        finished = (await child.ended) === null;
        if (finished) break;
        kills++;
        const kept = await loadCheckpoint(run, (message) => assert.fail(message));
        assert.ok(
          (kept ? kept.epoch * BATCHES + kept.batch : 0) >= lastStep(child.lines) - 1,
          `kill ${kills}: ${child.lines.at(-1)}, but the checkpoint is of ${kept?.epoch}:${kept?.batch}`,
        );
      }
      assert.deepEqual(await outcome(run), wanted);
      assert.deepEqual((await readdir(run)).sort(), [
        'checkpoint.bin',
        'checkpoint.previous.bin',
        'history.json',
        'options.json',
        'weights.safetensors',
      ]);
    }
    t.diagnostic(`${kills} kills in ${runs} runs`);
  },
);

test(
  'a second process is refused with the owner and the time, and takes the folder over ' + 'once the owner was killed',
  async () => {
    const run = join(folder, 'locked');
    const owner = trainInChild(run, 10_000);
    await owner.says(/^step/);
    const refused = takeLock(run, 'run.lock', 'trains there').then(
      () => assert.fail('the folder was given to two'),
      (error) => error,
    );
    const error = await refused;
    assert.ok(error instanceof LockedError, String(error));
    assert.match(
      error.message,
      new RegExp(
        `locked: process ${owner.process.pid} on ${hostname()} trains there since 20\\d\\d-\\d\\d-\\d\\dT.*Z; ` +
          'wait for its end, stop it',
      ),
    );
    owner.process.kill('SIGKILL');
    await owner.ended;
    assert.ok((await readdir(run)).includes('run.lock'), 'a killed process leaves its lock');
    await (
      await takeLock(run, 'run.lock', 'trains there')
    )();
    assert.ok(!(await readdir(run)).some((name) => name.startsWith('run.lock')));
  },
);

test('of many that find the same stale lock, one takes it over', async () => {
  const run = join(folder, 'contended');
  await (
    await takeLock(run, 'run.lock', 'trains there')
  )();
  const lockOf = (pid: number, began: string | null) =>
    JSON.stringify({ host: hostname(), process: pid, began, since: 'long ago' });
  // Linux says when a process began: a number that was given anew after a restart is not taken for the owner.
  const restarted = process.platform === 'linux' ? [lockOf(process.ppid, 'another boot 123')] : [];
  for (const stale of ['', lockOf(2 ** 22 + 1, null), ...restarted]) {
    await writeFile(join(run, 'run.lock'), stale);
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () => takeLock(run, 'run.lock', 'trains there')),
    );
    const taken = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    assert.equal(taken.length, 1, stale);
    for (const attempt of attempts)
      if (attempt.status === 'rejected') assert.ok(attempt.reason instanceof LockedError, String(attempt.reason));
    await taken[0]();
    assert.deepEqual(await readdir(run), []);
  }
});

test("another machine's lock is believed, and the message says which file to delete", async () => {
  const run = join(folder, 'elsewhere');
  await (
    await takeLock(run, 'run.lock', 'trains there')
  )();
  await writeFile(
    join(run, 'run.lock'),
    JSON.stringify({ host: 'another-machine', process: 7, since: '2026-01-02T03:04:05Z' }),
  );
  await assert.rejects(
    takeLock(run, 'run.lock', 'trains there'),
    (error: Error) =>
      error instanceof LockedError &&
      /process 7 on another-machine.*2026-01-02T03:04:05Z.*delete .*run\.lock/.test(error.message),
  );
});

test('a folder is the same folder under another name of it', async () => {
  const run = join(folder, 'twice');
  const unlock = await takeLock(run, 'run.lock', 'trains there');
  await assert.rejects(takeLock(`${folder}/./twice/../twice`, 'run.lock', 'trains there'), LockedError);
  await unlock();
});

test(
  'an interrupt during the wait for the end stops training with a readable line, and resume() goes on to the ' +
    'same end',
  async () => {
    const run = join(folder, 'interrupted');
    const child = trainInChild(run, EPOCHS, 'stay');
    await child.says(/^step 20$/);
    child.process.kill('SIGINT');
    assert.equal(await child.ended, null);
    const stopped = child.lines.findIndex((line) => line.startsWith('Training stopped'));
    assert.match(child.lines[stopped], /^Training stopped in epoch \d+ after batch \d of 8, checkpoint in /);
    assert.match(child.lines[stopped], /interrupted; session\.resume\(\) continues\.$/);
    assert.deepEqual(
      child.lines.filter((line) => !line.startsWith('step') && !line.startsWith('Training')),
      ['loaded', 'stopped', 'finished'],
    );
    assert.ok(lastStep(child.lines.slice(0, stopped)) < EPOCHS * BATCHES);
    assert.deepEqual(await outcome(run), await outcome(join(folder, 'whole')));
  },
);
