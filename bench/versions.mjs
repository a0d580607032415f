// Two versions of the lab in turns: node bench/versions.mjs OLD NEW [ROUNDS]. OLD and NEW are folders of built clones.
// It prints the median time of each job in each version, and new / old. BSDS500 is used where SRCNN_DATA_DIR has it.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [old, current, rounds = '9'] = process.argv.slice(2);
if (!current) {
  console.error('node bench/versions.mjs OLD NEW [ROUNDS]: OLD and NEW are folders of built clones');
  process.exit(1);
}

/** A process with one version, which does a job when its name is written to it and answers with milliseconds. */
function start(folder) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'versionsWork.cjs');
  const child = spawn(process.execPath, [script, resolve(folder)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    run: async (job) => {
      child.stdin.write(`${job}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${folder}: the job ${job} ended its process`);
      return Number(value);
    },
    end: () => child.stdin.end(),
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const versions = [start(old), start(current)];
console.log('| job | old, ms | new, ms | new / old |\n| --- | --- | --- | --- |');
for (const job of ['step', 'step 9-5-5', 'inference 512x512', 'preprocessing', 'evaluation']) {
  const times = [[], []];
  for (let round = -1; round < Number(rounds); round++) {
    for (const [i, version] of versions.entries()) {
      const ms = await version.run(job);
      // The first round warms up.
      if (round >= 0) times[i].push(ms);
    }
  }
  const [before, now] = times.map(median);
  console.log(`| ${job} | ${before.toFixed(1)} | ${now.toFixed(1)} | ${(now / before).toFixed(3)} |`);
}
for (const version of versions) version.end();
