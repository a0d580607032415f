import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { loadWeights } from '../src/formats/weights';
import { loadCheckpoint } from '../src/runs/checkpoint';
import type { Tally } from './tally';

/** The run in a process of its own that the tests kill: 8 batches an epoch, and a checkpoint after each. */
const TINY_RUN = join(__dirname, '..', 'test', 'runs', 'tinyRun.mjs');
const BATCHES = 8;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface TinyRunOptions {
  environment?: Record<string, string>;
  /** Called with each piece of output, and with the way to send a signal. */
  onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Trains in `folder`, from its checkpoint where it has one, to the end of epoch `epochs`. */
export async function tinyRun(folder: string, epochs: number, options: TinyRunOptions = {}): Promise<Ended> {
  const { environment = {}, onOutput } = options;
  const preload = environment.SOAK_KILL_AT || environment.SOAK_COUNT ? ['--require', killer] : [];
  const child = spawn(process.execPath, [...preload, TINY_RUN, folder, String(epochs)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '',
    stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(text, (signal) => void child.kill(signal));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}

const killer = join(__dirname, 'killAtOperation.cjs');

/** All that a finished run left, without the seconds it took. */
export async function outcome(folder: string) {
  const checkpoint = await loadCheckpoint(folder);
  if (!checkpoint) return null;
  const { weights, optimizer, best, history, epoch, random } = checkpoint;
  const epochs = history.epochs.map((record) => ({ ...record, seconds: 0, validationSeconds: 0 }));
  const saved = (await loadWeights(join(folder, 'weights.safetensors'))).weights;
  const written = JSON.parse(await readFile(join(folder, 'history.json'), 'utf8')).losses;
  const names = (await readdir(folder)).sort();
  return { weights, optimizer, best, epoch, random, losses: history.losses, epochs, saved, written, names };
}

export type Outcome = Awaited<ReturnType<typeof outcome>>;

/**
 * Fails the tally where the folder has lost a batch that the killed process had said to be done before its last one.
 */
export async function checkKept(folder: string, { stdout }: Ended, what: string, tally: Tally): Promise<void> {
  const steps = [...stdout.matchAll(/^step (\d+)$/gm)].map(([, step]) => Number(step));
  const kept = await loadCheckpoint(folder, (message) => tally.fail(`${what}: ${message}`));
  const done = kept ? kept.epoch * BATCHES + kept.batch : 0;
  if (done < Math.max(0, ...steps) - 1)
    tally.fail(`${what}: step ${steps.at(-1)} was done, the checkpoint has ${done}`);
}

/** Resumes to the end and compares with the run that nobody disturbed. */
export async function checkResumed(
  folder: string,
  epochs: number,
  wanted: Outcome,
  what: string,
  tally: Tally,
): Promise<void> {
  const { code, signal, stderr } = await tinyRun(folder, epochs);
  if (code !== 0) tally.fail(`${what}: resumed, it ended with ${signal ?? code}: ${stderr.slice(0, 400)}`);
  else if (!isDeepStrictEqual(await outcome(folder), wanted)) tally.fail(`${what}: resumed, it ended otherwise`);
  else tally.count('resumed bit for bit');
}
