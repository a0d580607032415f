import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import { OptionError } from '../src/errors';
import { train } from '../src/training/train';
import { waves } from './training/toyPatches';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-errors-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a cell shows the message of a named error, and no line of the lab, of Node or of the kernel', () => {
  const data = { training: waves(48), validation: waves(9) };
  Object.assign(globalThis, { cellWork: () => train(data, { batchSize: 0 }) });
  let shown = '';
  try {
    runInThisContext('cellWork()');
  } catch (error) {
    shown = inspect(error);
  }
  const lines = shown.split('\n').filter((line) => !line.includes(__filename));
  assert.deepEqual(lines, ['OptionError: batchSize is 0; use a whole number above 0']);
});

test("the lines of a user's own files stay", () => {
  const file = join(folder, 'mine.cjs');
  const built = join(__dirname, '../dist/index.js');
  writeFileSync(
    file,
    `try { require(${JSON.stringify(built)}).train({}, { batchSize: 0 }); } catch (e) { console.error(e); }`,
  );
  const { stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  const [message, ...frames] = stderr.trim().split('\n');
  assert.match(message, /^OptionError: batchSize is 0/);
  assert.ok(frames.length >= 1 && frames.every((line) => line.includes(file)), stderr);
});

test('training without patches is an error that says what to pass', () => {
  assert.throws(
    () => train({} as Parameters<typeof train>[0]),
    (error) => error instanceof OptionError && /pass \{ training, validation \}/.test(error.message),
  );
});

test('the whole stack is still there for whoever asks', () => {
  assert.throws(
    () => train({ training: waves(48), validation: waves(9) }, { batchSize: 0 }),
    (error: Error) => error instanceof OptionError && /at checkNumbers .*train\.ts/.test(error.stack!),
  );
});
