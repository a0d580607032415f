import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mangle } from './mangle';
import type { Verdict } from './reader';
import { makeSamples, type Sample } from './samples';
import type { Setting, Soak, Tally } from './tally';

export const mangled: Soak = {
  name: 'mangled',
  about: 'damaged pictures, weights, checkpoints, options, histories, archives, tables and locks are read or refused',
  share: 0.2,
  run: runMangled,
};

const TIMEOUT_MS = 30_000;

async function runMangled({ random, folder, ends }: Setting, tally: Tally): Promise<void> {
  // The first round reads every file as it is.
  const samples = await makeSamples(join(folder, 'samples'));
  let reader = newReader();
  try {
    for (let trial = 0; trial < 2 * samples.length || Date.now() < ends; trial++) {
      const sample = samples[trial % samples.length];
      const drawn = random.draws;
      const place = join(folder, 'trial', 'run');
      await mkdir(place, { recursive: true });
      for (const { name, bytes } of sample.beside) await writeFile(join(place, name), bytes);
      await writeFile(join(place, sample.name), trial < samples.length ? sample.bytes : mangle(sample, random));
      const verdict = await read(reader, sample, place);
      const unharmed = trial < samples.length && sample.kind !== 'lock';
      if (unharmed && verdict.verdict !== 'read') tally.fail(`${sample.name}, whole: ${JSON.stringify(verdict)}`);
      else if (verdict.verdict === 'failure')
        tally.fail(`${sample.name}, damaged from draw ${drawn} on: unnamed error: ${verdict.why}`);
      else tally.count(verdict.verdict);
      if (reader.exitCode !== null || reader.signalCode !== null) reader = newReader();
      await rm(join(folder, 'trial'), { recursive: true });
      tally.tried();
    }
  } finally {
    reader.kill('SIGKILL');
  }
}

/** What a decoder's library prints about a damaged picture is left out. */
const newReader = () =>
  fork(join(__dirname, 'reader.ts'), { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });

function read(reader: ChildProcess, { kind, name }: Sample, folder: string): Promise<Verdict> {
  return new Promise((resolve) => {
    const settle = (verdict: Verdict) => {
      clearTimeout(timer);
      reader.off('message', settle).off('exit', ended);
      resolve(verdict);
    };
    const ended = (code: number | null, signal: string | null) =>
      settle({ verdict: 'failure', why: `the process ended with ${signal ?? code}` });
    const timer = setTimeout(() => reader.kill('SIGKILL'), TIMEOUT_MS);
    reader.on('message', settle).on('exit', ended);
    reader.send({ kind, folder, name });
  });
}
