import { parentPort, workerData } from 'node:worker_threads';
import { describeError, restoreError } from './errorMessage';
import type { FromWorker, ToWorker, Work } from './messages';
import { setOwnNice } from './priority';

setOwnNice(workerData as number);

const port = parentPort!;
let lastAnswer: Promise<unknown> = Promise.resolve();
let asked: { resolve: (answer: unknown) => void; reject: (error: Error) => void };

const post = (message: FromWorker) => port.postMessage(message);

/** A question waits until the one before it is answered: an answer does not say which question it belongs to. */
function ask(question: unknown): Promise<unknown> {
  const put = () =>
    new Promise((resolve, reject) => {
      asked = { resolve, reject };
      post({ question });
    });
  const answer = lastAnswer.then(put, put);
  lastAnswer = answer.catch(() => undefined);
  return answer;
}

async function run(work: Work<unknown, unknown, unknown, unknown>, job: unknown): Promise<void> {
  try {
    post({ value: await work(job, ask) });
  } catch (error) {
    post({ error: describeError(error) });
  }
}

port.on('message', (message: ToWorker) => {
  if ('answer' in message) asked.resolve(message.answer);
  else if ('refusal' in message) asked.reject(restoreError(message.refusal));
  // A module that cannot be found ends this thread.
  else void run(require(message.module)[message.name], message.job);
});
