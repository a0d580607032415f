import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { uniform } from '../src/random';
import { oneOf, type Setting, type Soak, type Tally, whole } from './tally';
import { checkKept, checkResumed, type Ended, outcome, tinyRun } from './tinyRuns';

const EPOCHS = 2;
const SIGNALS = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const kills: Soak = {
  name: 'kills',
  about: 'a run is killed before, during and after its file operations and at random moments, then resumed',
  share: 0.35,
  run: runKills,
};

/**
 * Kills at file operations and kills at random moments take turns. Every operation is tried once before any is tried
 * again.
 */
async function runKills({ random, folder, ends }: Setting, tally: Tally): Promise<void> {
  const whole = join(folder, 'whole'),
    countFile = join(folder, 'operations');
  await tinyRun(whole, EPOCHS, { environment: { SOAK_COUNT: countFile } });
  const wanted = await outcome(whole);
  const operations = Number(await readFile(countFile, 'utf8'));
  let left: { at: number; late: boolean }[] = [];
  const run = join(folder, 'killed');
  do {
    if (!left.length)
      left = Array.from({ length: 2 * operations }, (_, i) => ({ at: 1 + (i >> 1), late: i % 2 === 1 }));
    const [{ at, late }] = left.splice(Math.floor(uniform(random) * left.length), 1);
    const environment = { SOAK_KILL_AT: String(at), SOAK_KILL_LATE: late ? '1' : '' };
    const what = `killed ${late ? 'amid or after' : 'before'} file operation ${at} of ${operations}`;
    const ended = await tinyRun(run, EPOCHS, { environment });
    tally.count(ended.signal === 'SIGKILL' ? 'kills at file operations' : 'ended before their operation');
    await checkKept(run, ended, what, tally);
    await checkResumed(run, EPOCHS, wanted, what, tally);
    await rm(run, { recursive: true, force: true });
    tally.tried();
    if (Date.now() >= ends) break;
    await killAtRandom({ random, folder: run, ends }, wanted, tally);
    await rm(run, { recursive: true, force: true });
    tally.tried();
  } while (Date.now() < ends);
}

/** Up to three signals in a row, each some milliseconds after a random line of output. */
async function killAtRandom({ random, folder }: Setting, wanted: Awaited<ReturnType<typeof outcome>>, tally: Tally) {
  for (let times = 1 + whole(random, 3); times > 0; times--) {
    const signal = oneOf(random, SIGNALS),
      after = whole(random, 18),
      milliseconds = 15 * uniform(random);
    let lines = 0,
      sent = false;
    const ended: Ended = await tinyRun(folder, EPOCHS, {
      onOutput: (text, kill) => {
        lines += text.split('\n').length - 1;
        if (lines <= after || sent) return;
        sent = true;
        void sleep(milliseconds).then(() => kill(signal));
      },
    });
    tally.count(ended.signal || ended.code ? `kills at random by ${signal}` : 'ended before their signal or obeyed it');
    await checkKept(folder, ended, `${signal} ${milliseconds.toFixed(1)} ms after line ${after}`, tally);
  }
  await checkResumed(folder, EPOCHS, wanted, 'killed at random moments', tally);
}
