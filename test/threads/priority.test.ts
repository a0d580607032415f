import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
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

const autogroup = '/proc/self/autogroup';
test(
  'the session of a notebook gives way to the browser',
  { skip: existsSync(autogroup) ? false : 'this system does not group processes by session' },
  async () => {
    const module = require.resolve('../../dist/threads/priority.js');
    const code = `
      const seen = () => require('node:fs').readFileSync('${autogroup}', 'utf8');
      const before = seen();
      require(${JSON.stringify(module)}).putSessionBelowPages();
      console.log(before + seen());`;
    // In a session of its own, so that the session of the tests keeps its nice value.
    const child = spawn(process.execPath, ['-e', code], { detached: true });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    await once(child, 'close');
    assert.match(text, /^\S+ nice 0\n\S+ nice 5\n/);
  },
);
