import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figures } from './measure';
import { gigaflops } from './work';

const run = promisify(execFile);
/** About a quarter of a second. */
const ROUNDS = 100_000_000;
/** Sums of a round, and operations of a multiply-add. */
const [SUMS, OPERATIONS] = [10, 2];
const instructions: Readonly<Record<number, string[]>> = { 16: ['-mavx512f'], 8: ['-mavx2', '-mfma'], 4: [] };

/** Processes that do nothing but multiply and add in vectors of `lanes` numbers, compiled by the C compiler here. */
export class NativePeak {
  private readonly folder = mkdtempSync(join(tmpdir(), 'srcnn-peak-'));
  private readonly program = join(this.folder, 'peak');

  /** Throws an Error where there is no C compiler, or it cannot compile this. */
  constructor(private readonly lanes: number) {
    const options = ['-O3', '-ffp-contract=fast', ...instructions[lanes], `-DLANES=${lanes}`];
    const words = [...options, join(__dirname, 'multiplyAdd.c'), '-o', this.program];
    const { error, stderr } = spawnSync(process.env.CC ?? 'cc', words, { encoding: 'utf8' });
    if (!error && !stderr.includes('error')) return;
    this.close();
    throw new Error(`the peak of ${lanes} lanes is left out: ${error?.message ?? stderr.split('\n')[0]}`);
  }

  /** As many processes as threads at once; the time is that of the slowest. */
  async run(threads: number): Promise<Figures> {
    const ends = Array.from({ length: threads }, () => run(this.program, [String(ROUNDS)]));
    const ms = Math.max(...(await Promise.all(ends)).map(({ stdout }) => Number(stdout)));
    return { ms, gflops: gigaflops(threads * ROUNDS * SUMS * this.lanes * OPERATIONS, ms) };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
