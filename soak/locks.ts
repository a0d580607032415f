import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RandomState, uniform } from '../src/random';
import { oneOf, type Setting, type Soak, type Tally, whole } from './tally';

export const locks: Soak = {
  name: 'locks',
  about: 'two to six processes, some slowed down or killed, race for a lock that is free, stale or damaged',
  share: 0.15,
  run: runLocks,
};

interface Reply {
  round: number;
  holds?: true;
  from?: number;
  to?: number;
  name?: string;
  message?: string;
}

interface Round {
  round: number;
  folder: string;
  at: number;
  slow: number;
  hold: number;
}

async function runLocks({ random, folder, ends }: Setting, tally: Tally): Promise<void> {
  const processes: ChildProcess[] = [];
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  try {
    let round = 0;
    do {
      const place = join(folder, `round${++round}`);
      await mkdir(place);
      const state = await leaveLock(place, dead, random);
      while (processes.length < 6) processes.push(newContender());
      const slow = oneOf(random, [0, 3, 30]);
      const job: Round = { round, folder: place, at: Date.now() + 30, slow, hold: 10 + slow };
      await contend(processes.slice(0, 2 + whole(random, 5)), job, `round ${round}, ${state}`, random, tally);
      for (let i = processes.length; i-- > 0;)
        if (processes[i].killed || processes[i].signalCode) processes.splice(i, 1);
      await rm(place, { recursive: true, force: true });
      tally.tried();
    } while (Date.now() < ends);
  } finally {
    for (const each of processes) each.kill('SIGKILL');
  }
}

const newContender = () => fork(join(__dirname, 'contender.cjs'), { execArgv: [] });

/** Puts a lock there; says of what kind. */
async function leaveLock(folder: string, dead: number, random: RandomState): Promise<string> {
  const host = hostname();
  const stale = () =>
    JSON.stringify({ host, process: dead, began: null, since: 'long ago', token: `${uniform(random)}` });
  const content = oneOf(random, [null, stale(), stale(), stale(), stale(), '{}', '{"host":"x"}', stale().slice(0, 20)]);
  if (content !== null) await writeFile(join(folder, 'run.lock'), content);
  return content === null ? 'no lock' : `lock ${JSON.stringify(content)}`;
}

async function contend(contenders: ChildProcess[], job: Round, what: string, random: RandomState, tally: Tally) {
  const killed = uniform(random) < 0.3;
  const victims = killed ? contenders.slice(0, 1 + whole(random, contenders.length)) : [];
  const killTimes = new Map<ChildProcess, number>();
  const replies = Promise.all(contenders.map((each) => ask(each, job, killTimes)));
  for (const victim of victims)
    void sleep(30 + (3 * job.slow + 5) * uniform(random)).then(() => {
      killTimes.set(victim, Date.now());
      victim.kill('SIGKILL');
    });
  const answers = await replies;
  const held = answers.filter((reply) => reply.from !== undefined);
  const overlap = held.some((a) => held.some((b) => a !== b && a.from! < (b.to ?? 0) && b.from! < (a.to ?? 0)));
  if (overlap) tally.fail(`${what}: two processes held the lock at once`);
  for (const { name, message } of answers)
    if (name && name !== 'LockedError') tally.fail(`${what}: unnamed error ${name}: ${message}`);
  tally.count('taken', held.length);
  tally.count('refused by name', answers.filter(({ name }) => name === 'LockedError').length);
  tally.count('processes killed', victims.length);
  if (!killed && !held.length) tally.fail(`${what}: nobody got the lock`);
  if (!killed) {
    const left = await readdir(job.folder);
    if (left.length) tally.fail(`${what}: left ${left.join(', ')}`);
  }
}

/** The last reply of a process. One that was killed while it held the lock held it until it was sent the signal. */
function ask(contender: ChildProcess, job: Round, killTimes: Map<ChildProcess, number>): Promise<Reply> {
  return new Promise((resolve) => {
    let from: number | undefined;
    const settle = (reply: Reply) => {
      contender.off('message', onMessage).off('exit', onExit);
      resolve(reply);
    };
    const onMessage = (reply: Reply) => {
      if (reply.round !== job.round) return;
      if (reply.holds) from = reply.from;
      else settle(reply);
    };
    const onExit = () => settle({ round: job.round, from, to: from && killTimes.get(contender) });
    contender.on('message', onMessage).on('exit', onExit);
    contender.send(job, (error) => error && onExit());
  });
}
