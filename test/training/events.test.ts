import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, DatasetError, OptionError } from '../../src/errors';
import { readCheckpoint } from '../../src/runs/checkpoint';
import type { History } from '../../src/runs/history';
import { lastRun } from '../../src/runs/lastRun';
import { loadRun } from '../../src/runs/readRun';
import { replay } from '../../src/training/replay';
import type { TrainSession, TrainSettings } from '../../src/training/settings';
import { train } from '../../src/training/train';
import { waves } from './toyPatches';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-events-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: waves(48), validation: waves(4) };
const options = { network: '9-1-5', border: 0, epochs: 4, batchSize: 16, lossEvery: 1, augment: true } as const;
const start = (name: string, settings: TrainSettings = {}) =>
  train(data, { ...options, engine, folder: join(folder, name), ...settings });

/** Does something once, when so many batches are done. */
function at(session: TrainSession, step: number, act: () => void): void {
  const off = session.subscribe((event) => {
    if (event !== 'step' || session.progress!.step < step) return;
    off();
    act();
  });
}
const told = ({ events = [] }: History) => events.map(({ step, what, from, to }) => [step, what, from, to]);
const seconds = /"(validationS|s)econds":[^,}]*/g;
const bits = async (run: string) => {
  const { weights, optimizer, best, epoch, batch, history } = await readCheckpoint(join(folder, run, 'checkpoint.bin'));
  const { losses, epochs } = history;
  return { weights, optimizer, best, epoch, batch, losses, epochs: JSON.stringify(epochs).replace(seconds, '') };
};

test('changes made while a run trains are in its history, and its replay ends with the same bits', async () => {
  const first = start('changed');
  at(first, 2, () => {
    first.learningRate = 5e-3;
    first.learningRate = 1e-3;
    first.epochs = 3;
  });
  at(first, 4, () => {
    first.pause();
    first.resume();
  });
  at(first, 5, () => void first.stop());
  await first.done;
  const second = start('changed', { resume: true });
  at(second, 7, () => (second.learningRate = 2e-3));
  const { history } = await second.done;
  assert.deepEqual(told(history), [
    [2, 'learningRate', 3e-3, 1e-3],
    [2, 'epochs', 4, 3],
    [4, 'pause', 'running', 'paused'],
    [4, 'resume', 'paused', 'running'],
    [5, 'stop', 'running', 'stopped'],
    [5, 'resume', 'stopped', 'running'],
    [7, 'learningRate', 1e-3, 2e-3],
  ]);
  const again = await replay(join(folder, 'changed'), data, { engine, folder: join(folder, 'again') });
  await again.done;
  assert.equal(again.state, 'finished');
  assert.deepEqual(await bits('again'), await bits('changed'));
  assert.equal(told(again.history).filter(([, what]) => what === 'learningRate').length, 2);
});

test('the replay of a run by minutes is validated and ends at the same steps, with the same bits', async () => {
  const { history } = await start('minutes', { minutes: 0.03 }).done;
  const again = await replay(join(folder, 'minutes'), data, { engine, folder: join(folder, 'minutes-again') });
  await again.done;
  assert.deepEqual(again.history.timeline, history.timeline);
  assert.deepEqual(await bits('minutes-again'), await bits('minutes'));
});

test('the replay of a stopped run stops at the same step', async () => {
  const session = start('stopped');
  at(session, 5, () => void session.stop());
  await session.done;
  const again = await replay(await loadRun(join(folder, 'stopped')), data, { engine, folder: join(folder, 'halted') });
  await again.done;
  assert.equal(again.state, 'stopped');
  assert.deepEqual(await bits('halted'), await bits('stopped'));
});

test('a fork continues from the same batch in its own folder, as the run would with the same changes', async () => {
  const session = start('parent');
  let fork: TrainSession | undefined;
  at(session, 5, () => (fork = session.fork({ learningRate: 3e-4 })));
  const whole = await session.done;
  const { model, history } = await fork!.done;
  assert.notEqual(model, whole.model);
  const changed = start('changed-there');
  at(changed, 5, () => (changed.learningRate = 3e-4));
  assert.deepEqual(model.weights, (await changed.done).model.weights);
  assert.deepEqual(whole.model.weights, (await start('untouched').done).model.weights, 'the other one is not touched');
  const names = [join(folder, 'parent'), join(folder, 'parent-fork')];
  assert.deepEqual(told(whole.history), [[5, 'fork', ...names]]);
  assert.deepEqual(session.forks, [fork]);
  assert.equal(fork!.folder, names[1]);
  assert.deepEqual(told(history), [
    [5, 'fork', ...names],
    [5, 'learningRate', 3e-3, 3e-4],
  ]);
  assert.equal((await lastRun(folder)).folder, join(folder, 'untouched'));
  const run = await replay(join(folder, 'parent-fork'), data, { engine });
  assert.deepEqual((await run.done).model.weights, model.weights);
});

test('listeners are called at once when a setting changes, also in a pause, and never when it is refused', async () => {
  const session = start('heard');
  session.pause();
  const heard: unknown[] = [];
  session.subscribe((event) => heard.push([event, session.learningRate, session.epochs]));
  session.learningRate = 5e-4;
  session.epochs = 3;
  assert.throws(() => (session.learningRate = 0), /learningRate is 0/);
  assert.deepEqual(heard, [
    ['setting', 5e-4, 4],
    ['setting', 5e-4, 3],
  ]);
  await session.stop();
});

test('forks made at one step have folders of their own, and listeners are told of each', async () => {
  const session = start('twice');
  let seen: (string | undefined)[] = [];
  session.subscribe((event) => {
    if (event === 'state') seen = session.forks.map((fork) => fork.folder);
  });
  at(session, 2, () => {
    session.fork();
    session.fork();
    assert.deepEqual(seen, [join(folder, 'twice-fork'), join(folder, 'twice-fork-2')]);
  });
  await session.done;
  await Promise.all(session.forks.map(({ done }) => done));
  assert.deepEqual(
    session.forks.map(({ state }) => state),
    ['finished', 'finished'],
  );
});

test('a run and its fork share an engine fairly: batch by batch in turns', async () => {
  const session = start('sharing', { epochs: 12 });
  const order: string[] = [];
  at(session, 3, () => {
    const fork = session.fork();
    session.subscribe((event) => event === 'step' && order.push('run'));
    fork.subscribe((event) => event === 'step' && order.push('fork'));
  });
  await session.done;
  await Promise.all(session.forks.map(({ done }) => done));
  // A batch of the fork comes later at first, while its folder is made; a checkpoint or a validation delays either.
  const both = order.slice(order.indexOf('fork'), order.lastIndexOf('run') + 1);
  const ahead = both.map((_, i) => both.slice(0, i + 1).reduce((sum, who) => sum + (who === 'run' ? 1 : -1), 0));
  assert.ok(both.length > 36, `${order}`);
  assert.ok(Math.max(...ahead) - Math.min(...ahead) < 8, `${order}`);
});

test('a fork of a finished run, into a folder that is there, or with other changes is refused by name', async () => {
  const session = start('refusing');
  at(session, 2, () => {
    assert.throws(() => session.fork({ batchSize: 8 } as object), /a fork cannot change batchSize; it takes/);
    assert.throws(() => session.fork({ learningRate: 0 }), OptionError);
    assert.throws(() => session.fork({ folder }), CheckpointError);
  });
  await session.done;
  assert.throws(() => session.fork(), /a run that has finished cannot be forked/);
});

test('the run that trained last is found again, and continues with its own options', async () => {
  const session = start('last', { learningRate: 2e-3 });
  at(session, 5, () => {
    session.learningRate = 1e-3;
    void session.stop();
  });
  await session.done;
  const found = await lastRun(folder);
  assert.deepEqual([found.name, found.options.learningRate], ['last', 2e-3]);
  const next = train(data, { ...found.options, engine, folder: found.folder, resume: true });
  await next.done;
  assert.equal(next.learningRate, 1e-3);
  assert.equal(next.history.epochs.length, 4);
  await assert.rejects(lastRun(join(folder, 'none')), DatasetError);
});
