import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { preparePair } from '../../src/data/pair';
import { loadDataset } from '../../src/data/datasets';
import { EngineError, ImageFileError, OptionError } from '../../src/errors';
import { scoreFile, type ScoreJob } from '../../src/evaluation/scoreFile';
import type { Plane } from '../../src/image/image';
import type { Work } from '../../src/threads/messages';
import { keepWorker, takeWorker } from '../../src/threads/keptWorkers';
import { onThreads } from '../../src/threads/onThreads';
import { initialize } from '../../src/network/initialize';

const { twoQuestions, endThread, threadNumber } = require('./twoQuestions.js');
const missing = {
  file: join(__dirname, 'missing.png'),
  protocol: 'report',
  scale: 3,
  sigma: 1,
  reads: 'enlarged',
  size: 32,
} as const;
const sample = async () => (await loadDataset('sample')).training.map((file) => ({ ...missing, file }));

test('pairs are the same on one thread and on three, in the order of the files', async () => {
  const jobs = (await sample()).slice(0, 4);
  const [one, three] = await Promise.all(
    [1, 3].map((threads) => onThreads(preparePair, 'data/pair', jobs, { threads })),
  );
  assert.deepEqual(one, three);
  assert.ok(one.every(({ status }) => status === 'fulfilled'));
});

test('an error comes back from a thread as the class it was, and the other jobs are done', async () => {
  const [job] = await sample();
  const outcomes = await onThreads(preparePair, 'data/pair', [missing, job, missing], { threads: 2 });
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected'],
  );
  const { reason } = outcomes[0] as PromiseRejectedResult;
  assert.ok(reason instanceof ImageFileError);
  assert.equal(reason.name, 'ImageFileError');
  assert.match(reason.message, /missing\.png/);
});

test('a thread asks its caller, whose error fails that job alone', async () => {
  const { network, normalization } = initialize('9-1-7');
  const model = { network, normalization };
  const jobs: ScoreJob[] = (await sample()).slice(0, 3).map(({ file }) => ({
    file,
    protocol: 'report',
    scale: 3,
    sigma: 1,
    bicubic: true,
    measures: { ssim: 'ssim' },
    model,
  }));
  let asked = 0;
  const answer = async (planes: Plane[]) => {
    if (asked++ === 1) throw new EngineError('out of order');
    return planes;
  };
  const outcomes = await onThreads(scoreFile, 'evaluation/scoreFile', jobs, { threads: 2, answer });
  assert.equal(asked, 3);
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  assert.deepEqual(
    failed.map((reason) => [reason instanceof EngineError, reason.message]),
    [[true, 'out of order']],
  );
  for (const outcome of outcomes)
    if (outcome.status === 'fulfilled') assert.ok(outcome.value.network!.ssim > outcome.value.bicubic!.ssim);
});

test('an error that onProgress throws ends the work', async () => {
  for (const threads of [1, 2]) {
    let calls = 0;
    const onProgress = () => {
      calls++;
      throw new OptionError('enough');
    };
    await assert.rejects(
      onThreads(preparePair, 'data/pair', new Array(20).fill(missing), { threads, onProgress }),
      /enough/,
    );
    assert.ok(calls <= threads, `${calls} calls`);
  }
});

test('a number of threads below 1, and a module that is not there, are errors', async () => {
  for (const threads of [0, 1.5])
    await assert.rejects(onThreads(preparePair, 'data/pair', [missing], { threads }), OptionError);
  await assert.rejects(onThreads(preparePair, 'data/nothing', [missing, missing], { threads: 2 }), /nothing/);
});

test('a job that puts two questions at once gets both answers, each to its own question', async () => {
  const jobs = ['a', 'b', 'c'];
  const answer = async (question: string) => {
    await sleep(question.endsWith('first') ? 30 : 0);
    return `${question}!`;
  };
  const work = twoQuestions as Work<string, string[], string, string>;
  assert.deepEqual(
    await onThreads(work, '../test/threads/twoQuestions', jobs, { threads: 2, answer }),
    jobs.map((job) => ({ status: 'fulfilled', value: [`${job} first!`, `${job} second!`] })),
  );
});

test('a thread that ends amid a job is an EngineError with its exit code', async () => {
  await assert.rejects(
    onThreads(endThread as Work<string, string>, '../test/threads/twoQuestions', ['a', 'b'], { threads: 2 }),
    (error: Error) =>
      error instanceof EngineError && /a worker thread failed: it ended with code 7/.test(error.message),
  );
});

test('a thread is kept for the next call, and one that ended is not', async () => {
  const module = '../test/threads/twoQuestions';
  const numberOf = async () => {
    const [outcome] = await onThreads(threadNumber as Work<string, number>, module, ['a'], { threads: 1 });
    return outcome.status === 'fulfilled' && outcome.value;
  };
  const first = await numberOf();
  assert.equal(await numberOf(), first);
  await assert.rejects(onThreads(endThread as Work<string, string>, module, ['a'], { threads: 1 }));
  assert.notEqual(await numberOf(), first);
});

test('a thread whose time is over is not given to a call that comes while it ends', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const worker = takeWorker();
  keepWorker(worker);
  context.mock.timers.tick(60_000);
  const next = takeWorker();
  assert.notEqual(next, worker);
  keepWorker(next);
  context.mock.timers.tick(60_000);
});

test('threads that are kept do not keep the program alive', () => {
  const script = `require('./dist/threads/onThreads')
    .onThreads(require('./test/threads/twoQuestions').threadNumber, '../test/threads/twoQuestions', ['a'])
    .then(() => console.log('done'));`;
  const cwd = join(__dirname, '../..');
  const began = Date.now();
  assert.equal(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' }), 'done\n');
  assert.ok(Date.now() - began < 9000, `${Date.now() - began} ms`);
});
