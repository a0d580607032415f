import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { writeImage } from '../../src/image/files';

export const cli = join(__dirname, '..', '..', 'dist', 'cli.js');
export const onUnix = { skip: process.platform === 'win32' };

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A temporary folder for one test file, deleted after its tests, and the command line in it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'srcnn-commands-'));
  private readonly env: NodeJS.ProcessEnv;

  constructor() {
    this.env = { ...process.env, SRCNN_ENGINE: 'wasm', SRCNN_DATA_DIR: this.inside('no-data') };
    after(() => rmSync(this.folder, { recursive: true }));
  }

  inside(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** A folder of three square grey pictures with enough in them to train on. */
  async photos(name: string, side = 72): Promise<void> {
    mkdirSync(this.inside(name), { recursive: true });
    for (const [phase, file] of ['a.png', 'b.png', 'c.png'].entries()) {
      const value = (_: unknown, i: number) => 128 + 90 * Math.sin((i % side) / 3 + phase) * Math.cos(i / side / 4);
      const data = Uint8Array.from({ length: side * side }, value);
      await writeImage(this.inside(name, file), { data, width: side, height: side, channels: 1 });
    }
  }

  /** Runs `srcnn WORDS`; the code is null where it had not ended by itself after 30 seconds. */
  srcnn(...words: string[]): Promise<Outcome> {
    return this.run(process.execPath, [cli, ...words]);
  }

  /** Runs a line of bash, in which "$@" is `srcnn`. */
  shell(line: string): Promise<Outcome> {
    return this.run('bash', ['-c', line, 'bash', process.execPath, cli]);
  }

  /** Starts `srcnn WORDS` and does not wait for its end. */
  start(...words: string[]): ChildProcess {
    return spawn(process.execPath, [cli, ...words], { cwd: this.folder, env: this.env });
  }

  private run(program: string, words: string[]): Promise<Outcome> {
    const options = { cwd: this.folder, env: this.env, encoding: 'utf8', timeout: 30_000 } as const;
    return new Promise((resolve) => {
      execFile(program, words, options, (error, stdout, stderr) =>
        resolve({ code: error ? (error.code as unknown as number | null) : 0, stdout, stderr }),
      );
    });
  }
}
