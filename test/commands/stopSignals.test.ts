import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCheckpoint } from '../../src/runs/checkpoint';
import { onUnix, Workplace } from './commandLine';

const place = new Workplace();
before(() => place.photos('photos', 120));

const words = ['train', 'photos', '--batch-size', '1', '--threads', '1', '--epochs', '1000'];

/** Trains, or goes on, until a first epoch is over and a little of the next one, and sends the signal then. */
async function interrupted(run: string, signal: NodeJS.Signals, { closeOutput = false } = {}) {
  const resume = existsSync(place.inside(run, 'checkpoint.bin')) ? ['--resume'] : [];
  const child = place.start(...words, '--out', run, ...resume);
  const said = { stdout: '', stderr: '' };
  child.stdout!.on('data', (text) => (said.stdout += text));
  child.stderr!.on('data', (text) => (said.stderr += text));
  const exit = once(child, 'exit');
  while (!/^epoch \d+: /m.test(said.stdout) && child.exitCode === null) await sleep(10);
  await sleep(150);
  if (closeOutput) for (const stream of [child.stdout!, child.stderr!]) stream.destroy();
  child.kill(signal);
  const [code] = await exit;
  return { code, ...said };
}

/** Where the run's checkpoint is. */
const placeOf = async (run: string) => {
  const { epoch, batch } = await readCheckpoint(place.inside(run, 'checkpoint.bin'));
  assert.equal(existsSync(place.inside(run, 'run.lock')), false);
  return { epoch, batch };
};

let epochsBefore = 0;
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const)
  test(
    `${signal} ends training with a checkpoint in the middle of the epoch, and --resume continues from it`,
    onUnix,
    async () => {
      const { code, stdout, stderr } = await interrupted('run', signal);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /\nStopped; the same command with --resume continues\.\nbest validation loss .*\n$/);
      assert.match(stdout, new RegExp(`\\nepoch ${epochsBefore + 1}: `), 'the epoch that was stopped before is ended');
      const { epoch, batch } = await placeOf('run');
      assert.ok(batch > 0 && epoch > epochsBefore, `epoch ${epoch}, batch ${batch}`);
      epochsBefore = epoch;
    },
  );

test('SIGHUP from a terminal that is gone, with nobody to read, leaves a checkpoint too', onUnix, async () => {
  const { code } = await interrupted('closed', 'SIGHUP', { closeOutput: true });
  assert.equal(code, 0);
  assert.ok((await placeOf('closed')).batch > 0);
});

test('a second SIGINT ends the program at once, but not one that comes with the first', onUnix, async () => {
  const code =
    `const { onStopSignals } = require(${JSON.stringify(join(__dirname, '../../dist/training/interrupt.js'))});` +
    "onStopSignals(() => console.log('stopping')); setInterval(() => 0, 1000); console.log('ready');";
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  const exit = once(child, 'exit');
  while (!said.includes('ready')) await sleep(10);
  child.kill('SIGINT');
  while (!said.includes('stopping')) await sleep(2);
  // npx sends another one with the terminal's.
  child.kill('SIGINT');
  await sleep(600);
  assert.equal(child.exitCode, null);
  child.kill('SIGINT');
  assert.deepEqual(await exit, [130, null]);
  assert.equal(said, 'ready\nstopping\n');
});
