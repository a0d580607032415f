// npm run soak: kills, races, full disks, closed outputs, damaged files and late threads, for some minutes.
import { Command, InvalidArgumentError } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedOutputs, fullDisks } from './disks';
import { kills } from './kills';
import { locks } from './locks';
import { mangled } from './mangled';
import { type Soak, Tally } from './tally';
import { lateNotifies, threads } from './threads';

const soaks: Soak[] = [kills, locks, fullDisks, closedOutputs, mangled, threads, lateNotifies];
const FAILURES_SHOWN = 10;

interface Flags {
  minutes: number;
  seed: number;
  only?: string[];
  steps?: number;
}

function positive(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('use a number above 0.');
  return Number(text);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('use a whole number from 0.');
  return Number(text);
}

function known(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !soaks.some((soak) => soak.name === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`use some of ${soaks.map(({ name }) => name).join(',')}.`);
  return names;
}

const program = new Command('npm run soak --')
  .description(
    'Disturb the lab in every way that is known to have done harm, and count how often it failed: by an error ' +
      'without a name, a wrong training step, a lost epoch, or a lock that two processes held. In these cases the ' +
      'exit code is 1.',
  )
  .option('-m, --minutes <n>', 'minutes in all; each kind makes at least one trial', positive, 5)
  .option(
    '-s, --seed <n>',
    'seed of the random trials; races between threads or processes still differ each time',
    wholeNumber,
    1,
  )
  .option('-o, --only <names>', 'kinds of trials, with commas between, see below (default: all)', known)
  .option(
    '--steps <n>',
    'training steps in threads and late-notifies (default: as many as fit in their time)',
    positive,
  )
  .addHelpText(
    'after',
    `\nKinds of trials:\n${soaks.map(({ name, about }) => `  ${name.padEnd(15)} ${about}`).join('\n')}`,
  );

/** Says once in a while, on a terminal each second, how far it is. */
function progressOf(name: string, ends: number): (tally: Tally) => void {
  const every = process.stderr.isTTY ? 1000 : 30_000;
  let next = Date.now() + every;
  return (tally) => {
    if (Date.now() < next) return;
    next = Date.now() + every;
    const seconds = Math.max(0, Math.round((ends - Date.now()) / 1000));
    const line = `${name}: ${tally}; ${seconds} s left of this kind`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
}

async function main({ minutes, seed, only, steps }: Flags): Promise<void> {
  const chosen = soaks.filter(({ name }) => !only || only.includes(name));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const folder = mkdtempSync(join(tmpdir(), 'srcnn-soak-'));
  console.log(`seed ${seed}, ${minutes} minutes`);
  let failures = 0;
  try {
    for (const soak of chosen) {
      const ends = Date.now() + (60_000 * minutes * soak.share) / shares;
      const tally = new Tally(progressOf(soak.name, ends));
      const setting = { random: { seed, draws: 0 }, folder: mkdtempSync(join(folder, `${soak.name}-`)), ends, steps };
      await soak.run(setting, tally);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      console.log(`${soak.name}: ${tally}`);
      for (const failure of tally.failures.slice(0, FAILURES_SHOWN)) console.log(`  FAILURE ${failure}`);
      if (tally.failures.length > FAILURES_SHOWN)
        console.log(`  and ${tally.failures.length - FAILURES_SHOWN} more failures`);
      failures += tally.failures.length;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(failures ? `${failures} failures` : 'no failures');
  process.exitCode = failures ? 1 : 0;
}

void main(program.parse().opts<Flags>());
