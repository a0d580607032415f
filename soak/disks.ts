import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeImage } from '../src/image/files';
import { loadWeights } from '../src/formats/weights';
import { uniform } from '../src/random';
import { oneOf, type Setting, type Soak, type Tally, whole } from './tally';
import { checkKept, checkResumed, type Ended, outcome, tinyRun } from './tinyRuns';

export const fullDisks: Soak = {
  name: 'full-disks',
  about: 'the disk is full at a random moment of a run, which is resumed when there is room (needs Linux and root)',
  share: 0.15,
  run: runFullDisks,
};

export const closedOutputs: Soak = {
  name: 'closed-outputs',
  about: 'commands, a training among them, whose standard output is full or is closed after some bytes',
  share: 0.1,
  run: runClosedOutputs,
};

const EPOCHS = 2;
const isNamed = (stderr: string) => /(Write|Locked|Checkpoint)Error: /.test(stderr);

async function runFullDisks({ random, folder, ends }: Setting, tally: Tally): Promise<void> {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'srcnn-soak', disk]).status !== 0)
    return tally.count('(left out: no small disk can be mounted here)');
  try {
    const run = join(disk, 'run');
    await tinyRun(run, EPOCHS);
    const wanted = await outcome(run);
    await rm(run, { recursive: true });
    do {
      const room = whole(random, 12),
        after = whole(random, 18);
      await fillAmid(disk, run, { room, after }, tally);
      await checkResumed(run, EPOCHS, wanted, `disk full but for ${room} KB after line ${after}`, tally);
      await rm(run, { recursive: true });
      tally.tried();
    } while (Date.now() < ends);
  } finally {
    spawnSync('umount', [disk]);
  }
}

/** Trains until the disk is full but for `room` KB, which it is from that line of output on; makes room again. */
async function fillAmid(disk: string, run: string, { room, after }: { room: number; after: number }, tally: Tally) {
  const filler = join(disk, 'filler');
  let lines = 0;
  const onOutput = (text: string) => {
    lines += text.split('\n').length - 1;
    if (lines > after && !existsSync(filler)) fill(filler, room);
  };
  if (after === 0) fill(filler, room);
  const ended = await tinyRun(run, EPOCHS, { onOutput });
  rmSync(filler, { force: true });
  if (ended.code === 0) tally.count('had room enough');
  else if (isNamed(ended.stderr)) tally.count('refused by name');
  else tally.fail(`full disk: unnamed error: ${ended.stderr.slice(0, 400)}`);
  await mkdir(run, { recursive: true });
  await checkKept(run, ended, `disk full but for ${room} KB after line ${after}`, tally);
}

function fill(filler: string, room: number): void {
  writeFileSync(filler, '');
  try {
    for (;;) appendFileSync(filler, Buffer.alloc(1024));
  } catch {
    // The disk is full now.
  }
  truncateSync(filler, Math.max(0, statSync(filler).size - 1024 * room));
}

const CLI = join(__dirname, '..', 'dist', 'cli.js');

async function runClosedOutputs({ random, folder, ends }: Setting, tally: Tally): Promise<void> {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  for (let i = 0; i < 3; i++) await writeImage(join(photos, `${i}.png`), noise(72, i));
  const train = ['train', photos, '--epochs', '2', '--threads', '1', '--batch-size', '4', '--out'];
  const whole = join(folder, 'whole');
  const first = await commandLine([...train, whole], 'open', 0);
  if (first.code !== 0) return tally.fail(`train: ended with ${first.code}: ${first.stderr.slice(0, 400)}`);
  const wanted = (await loadWeights(join(whole, 'weights.safetensors'))).weights;
  do {
    const output = oneOf(random, existsSync('/dev/full') ? (['closed', 'full'] as const) : (['closed'] as const));
    const bytes = Math.floor(2000 * uniform(random) ** 3);
    for (const words of [['data', 'list'], ['--help'], ['evaluate', photos, '--threads', '1']]) {
      checkQuiet(await commandLine(words, output, bytes % 100), `${words[0]}, standard output ${output}`, tally);
      tally.tried();
    }
    const run = join(folder, 'run'),
      what = `train, standard output ${output} after ${bytes} bytes`;
    const ended = await commandLine([...train, run], output, bytes);
    checkQuiet(ended, what, tally);
    const begun = (await stat(run).catch(() => null)) && (await readdir(run)).includes('checkpoint.bin');
    // An output that fails before the first epoch may end the command while there is nothing to lose.
    if (!begun && (ended.code === 0 || /epoch 1\b/.test(ended.stdout))) tally.fail(`${what}: left no checkpoint`);
    const again = await commandLine([...train, run, '--resume'], 'open', 0);
    const { weights } = await loadWeights(join(run, 'weights.safetensors')).catch(() => ({ weights: null }));
    if (again.code !== 0) tally.fail(`${what}: resumed, it ended with ${again.code}: ${again.stderr.slice(0, 300)}`);
    else if (isDeepStrictEqual(weights, wanted)) tally.count('resumed bit for bit');
    else tally.fail(`${what}: resumed, it ended otherwise`);
    await rm(run, { recursive: true, force: true });
    tally.tried();
  } while (Date.now() < ends);
}

const noise = (side: number, seed: number) => ({
  data: Uint8Array.from({ length: side * side }, (_, i) => 128 + 100 * Math.sin(seed + (i * i) / 50)),
  width: side,
  height: side,
  channels: 1 as const,
});

function checkQuiet({ code, signal, stderr }: Ended, what: string, tally: Tally): void {
  if (/\n {4}at |node:internal|Unhandled|Uncaught/.test(stderr))
    tally.fail(`${what}: unnamed error: ${stderr.slice(0, 400)}`);
  else if (signal) tally.fail(`${what}: ended by ${signal}`);
  else tally.count(code === 0 ? 'ended well' : 'ended with one line');
}

/** Runs the command line; its output goes to a full device, or is closed once so many bytes of it were read. */
async function commandLine(words: string[], output: 'open' | 'closed' | 'full', bytes: number): Promise<Ended> {
  const full = output === 'full' ? openSync('/dev/full', 'w') : null;
  const child = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', full ?? 'pipe', 'pipe'] });
  if (full !== null) closeSync(full);
  let stdout = '',
    stderr = '';
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data;
    if (output === 'closed' && stdout.length >= bytes) child.stdout!.destroy();
  });
  if (output === 'closed' && bytes === 0) child.stdout!.destroy();
  child.stderr!.on('data', (data: Buffer) => (stderr += data));
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}
