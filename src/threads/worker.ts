import { parentPort, workerData } from 'node:worker_threads';
import { describeError, type ErrorMessage, restoreError } from './errorMessage';
import type { Work } from './onThreads';

export type ToWorker = { job: unknown } | { answer: unknown } | { refusal: ErrorMessage };
export type FromWorker = { value: unknown } | { error: ErrorMessage } | { question: unknown };

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
