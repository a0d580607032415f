import assert from 'node:assert/strict';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { niceOfThreads, putThreadsBelow } from '../../src/threads/priority';

const skip = process.platform === 'linux' ? false : 'only Linux has a priority for each thread';

/** The nice value that a thread has after it has set its own. */
async function niceInThread(nice: number): Promise<number> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { readlinkSync } = require('node:fs');
    const { getPriority } = require('node:os');
    require(workerData.module).setOwnNice(workerData.nice);
    parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))));`;
  const module = require.resolve('../../dist/threads/priority.js');
  const worker = new Worker(code, { eval: true, workerData: { module, nice }, execArgv: [] });
  const [value] = await once(worker, 'message');
  await worker.terminate();
  return value as number;
}

test('below a notebook threads give way to the main thread, which keeps its own priority', { skip }, async () => {
  const own = getPriority();
  assert.equal(niceOfThreads(), 0);
  assert.equal(await niceInThread(0), own);
  putThreadsBelow();
  assert.equal(await niceInThread(niceOfThreads()), 5);
  assert.equal(getPriority(), own);
});
