import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { EngineError, OptionError } from '../errors';
import { checkThreads } from './checkThreads';
import { describeError, restoreError } from './errorMessage';
import { keepWorker, takeWorker } from './keptWorkers';
import type { FromWorker, ToWorker, Work } from './messages';

export interface ThreadsOptions<Question = never, Answer = never> {
  /** All cores by default. */
  threads?: number;
  /** Answers what a job asks, on the calling thread. */
  answer?: (question: Question) => Promise<Answer>;
  /** Called after each job. If it throws, the work ends and the error is passed on. */
  onProgress?: (done: number, total: number) => void;
}

// Worker threads load dist/, even when tests run the TypeScript source.
const COMPILED = join(__dirname, '../../dist');

/**
 * Runs `work` for each job on worker threads, even if there is only one job: the calling thread stays free to answer.
 * `module` is the path, below src and without extension, of the module that exports it. The outcomes come in the
 * order of the jobs; each thread holds one job at a time.
 */
export async function onThreads<Job, Result, Question, Answer>(
  work: Work<Job, Result, Question, Answer>,
  module: string,
  jobs: Job[],
  options: ThreadsOptions<Question, Answer> = {},
): Promise<PromiseSettledResult<Result>[]> {
  const { threads = availableParallelism(), answer = refuseToAnswer, onProgress } = options;
  checkThreads(threads);
  const outcomes: PromiseSettledResult<Result>[] = new Array(jobs.length);
  let next = 0,
    done = 0;
  const takeJobs = async (run: (job: Job) => Promise<PromiseSettledResult<Result>>) => {
    try {
      for (let index = next++; index < jobs.length; index = next++) {
        outcomes[index] = await run(jobs[index]);
        onProgress?.(++done, jobs.length);
      }
    } finally {
      next = jobs.length;
    }
  };
  const modulePath = join(COMPILED, module);
  await withWorkers(Math.min(threads, jobs.length), (worker) =>
    takeJobs((job) => runOn(worker, { job, module: modulePath, name: work.name }, answer)),
  );
  return outcomes;
}

async function refuseToAnswer(): Promise<never> {
  throw new OptionError(
    'a job on a worker thread asked a question, but onThreads was called without `answer`; pass one',
  );
}

/** Each worker finishes its current job, also after an error, before it is kept for the next call. */
async function withWorkers(count: number, use: (worker: Worker) => Promise<void>): Promise<void> {
  const workers = Array.from({ length: count }, takeWorker);
  const ends = await Promise.allSettled(workers.map(use));
  workers.forEach(keepWorker);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function threadFailed(reason: string, cause?: Error): EngineError {
  return new EngineError(`a worker thread failed: ${reason}; use fewer threads where memory is short`, { cause });
}

function runOn<Result, Question, Answer>(
  worker: Worker,
  job: ToWorker,
  answer: (question: Question) => Promise<Answer>,
): Promise<PromiseSettledResult<Result>> {
  return new Promise((resolve, reject) => {
    const post = (message: ToWorker) => worker.postMessage(message);
    const settle = (outcome: PromiseSettledResult<Result>) => {
      worker.off('message', listen).off('error', fail).off('exit', end);
      resolve(outcome);
    };
    const listen = (message: FromWorker) => {
      if ('value' in message) settle({ status: 'fulfilled', value: message.value as Result });
      else if ('error' in message) settle({ status: 'rejected', reason: restoreError(message.error) });
      else
        answer(message.question as Question)
          .then((value) => post({ answer: value }))
          .catch((error) => post({ refusal: describeError(error) }));
    };
    const fail = (error: Error) => reject(threadFailed(error.message, error));
    const end = (code: number) => reject(threadFailed(`it ended with code ${code}`));
    worker.on('message', listen).on('error', fail).on('exit', end);
    post(job);
  });
}

/** The same on the calling thread, for work that other threads cannot do, as they lack a function that a job holds. */
export async function oneByOne<Job, Result>(
  work: (job: Job) => Promise<Result>,
  jobs: Job[],
  onProgress?: (done: number, total: number) => void,
): Promise<PromiseSettledResult<Result>[]> {
  const outcomes: PromiseSettledResult<Result>[] = [];
  for (const job of jobs) {
    outcomes.push(...(await Promise.allSettled([work(job)])));
    onProgress?.(outcomes.length, jobs.length);
  }
  return outcomes;
}
