/** Work for threads of a test: puts two questions at once and gives back both answers. */
async function twoQuestions(job, ask) {
  return Promise.all([ask(`${job} first`), ask(`${job} second`)]);
}

/** Ends its thread amid the job. */
async function endThread() {
  process.exit(7);
}

/** The number of the thread that does the job. */
async function threadNumber() {
  return require('node:worker_threads').threadId;
}

module.exports = { twoQuestions, endThread, threadNumber };
