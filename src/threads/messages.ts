import type { ErrorMessage } from './errorMessage';

/**
 * The work of a thread for one job. `ask` sends a question to the calling thread; a question waits until the one
 * before it is answered. Job, question and answer are plain data.
 */
export type Work<Job, Result, Question = never, Answer = never> = (
  job: Job,
  ask: (question: Question) => Promise<Answer>,
) => Promise<Result>;

/** What the calling thread sends to a worker, and what comes back. */
export type ToWorker = { job: unknown; module: string; name: string } | { answer: unknown } | { refusal: ErrorMessage };
export type FromWorker = { value: unknown } | { error: ErrorMessage } | { question: unknown };
