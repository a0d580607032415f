import { parentPort, workerData } from 'node:worker_threads';
import { describeError, restoreError } from './errorMessage';
import type { FromWorker, ToWorker, Work } from './messages';

const port = parentPort!;
const work: Work<unknown, unknown, unknown, unknown> = require(workerData.module)[workerData.name];
let asked: { resolve: (answer: unknown) => void; reject: (error: Error) => void };

const post = (message: FromWorker) => port.postMessage(message);

function ask(question: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    asked = { resolve, reject };
    post({ question });
  });
}

async function run(job: unknown): Promise<void> {
  try {
    post({ value: await work(job, ask) });
  } catch (error) {
    post({ error: describeError(error) });
  }
}

port.on('message', (message: ToWorker) => {
  if ('answer' in message) asked.resolve(message.answer);
  else if ('refusal' in message) asked.reject(restoreError(message.refusal));
  else void run(message.job);
});
