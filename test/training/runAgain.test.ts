import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { LockedError, OptionError } from '../../src/errors';
import { train } from '../../src/training/train';
import type { TrainSession, TrainSettings } from '../../src/training/settings';
import { waves } from './toyPatches';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), 'srcnn-again-'));
});
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const notes: string[] = [];
const start = (name: string, settings: TrainSettings = {}) =>
  train(
    { training: waves(48), validation: waves(9) },
    {
      network: '9-1-5',
      border: 0,
      epochs: 1000,
      batchSize: 16,
      engine,
      folder: join(folder, name),
      resume: true,
      onNote: (note) => void notes.push(note),
      ...settings,
    },
  );
const steps = (session: TrainSession, count: number) =>
  new Promise<void>((resolve) => {
    let seen = 0;
    const off = session.subscribe((event) => {
      if (event !== 'step' || ++seen < count) return;
      off();
      resolve();
    });
  });

test('the training cell run again while it trains returns the same session, which continues', async () => {
  const session = start('cell');
  await steps(session, 5);
  let heard = 0;
  const again = start('cell', { onStep: () => void heard++ });
  assert.equal(again, session);
  assert.match(notes.at(-1)!, /training is under way already \(running\)/);
  await steps(session, 5);
  assert.equal(session.state, 'running');
  assert.ok(heard >= 4, `the new cell hears ${heard} steps`);
  await session.stop();
  assert.equal(session.state, 'stopped');
});

test('this also holds at once, for a paused session, without resume, and for other names of the folder', async () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  const session = start('link/run', { resume: false });
  assert.equal(start('link/run', { resume: false }), session, 'before its first step');
  await steps(session, 2);
  session.pause();
  assert.equal(start('real/../real/run', { resume: false }), session);
  assert.equal(session.state, 'paused');
  await session.stop();
});

test('more epochs and another learning rate are taken over; what was changed by hand stays', async () => {
  const session = start('changed');
  await steps(session, 2);
  session.learningRate = 2e-4;
  start('changed', { epochs: 1500 });
  assert.deepEqual([session.epochs, session.learningRate], [1500, 2e-4]);
  start('changed', { epochs: 1500, learningRate: 1e-4 });
  assert.equal(session.learningRate, 1e-4);
  await steps(session, 4);
  assert.throws(() => start('changed', { epochs: 0 }), OptionError);
  await session.stop();
});

test('other options or patches are refused by name, and training continues', async () => {
  const session = start('other');
  await steps(session, 2);
  const refused = (call: () => unknown, words: RegExp) =>
    assert.throws(call, (error: Error) => error instanceof LockedError && words.test(error.message));
  refused(() => start('other', { batchSize: 8 }), /batchSize 16, now 8; stop it first/);
  const fewer = { training: waves(32), validation: waves(9) };
  const options = { network: '9-1-5', border: 0, epochs: 1000, batchSize: 16, engine } as const;
  refused(() => train(fewer, { ...options, folder: join(folder, 'other') }), /the training patches/);
  await steps(session, 2);
  assert.equal(session.state, 'running');
  await session.stop();
});

test('a cell run again while its session is being stopped continues from the checkpoint', async () => {
  const session = start('stopping');
  await steps(session, 5);
  const stopped = session.stop();
  const next = start('stopping');
  assert.notEqual(next, session);
  await stopped;
  await steps(next, 2);
  assert.equal(session.state, 'stopped');
  assert.ok(next.progress!.batch + 3 * (next.progress!.epoch - 1) > 5);
  await next.stop();
});
