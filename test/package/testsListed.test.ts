import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';

const root = join(__dirname, '..', '..');

/** The rows of the table of test/README.md that says which tests cover which files of src. */
const rows = readFileSync(join(root, 'test', 'README.md'), 'utf8')
  .split('| files of src | tests |\n')[1]
  .split('\n\n')[0]
  .split('\n')
  .slice(1)
  .map((row) => row.split('|').slice(1, 3).map(namesIn));

/** 'a/{b,c}' as a/b and a/c; a star is kept. */
function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => {
    const [, before, choices, after] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? ['', name, '', ''];
    return choices.split(',').map((choice) => before + choice + after);
  });
}

/** Files of src without their extension; AssemblyScript is covered by the tests of what calls it. */
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.ts') && !file.includes('/assembly/'))
  .map((file) => file.slice(0, -3));

const isTest = (name: string) => existsSync(join(root, 'test', `${name}.test.ts`));

/** A star stands for the files directly in a folder. */
const covers = (name: string, file: string) =>
  name.endsWith('/*') ? file.slice(0, file.lastIndexOf('/')) === name.slice(0, -2) : name === file;

test('each file of src has a test beside its mirror, or a row in test/README.md says which test covers it', () => {
  const covered = rows.flatMap(([names]) => names);
  const missing = files.filter((file) => !isTest(file) && !covered.some((name) => covers(name, file)));
  assert.deepEqual(missing, []);
});

test('the files and tests in that table exist', () => {
  for (const name of rows.flatMap(([names]) => names))
    assert.ok(existsSync(join(root, 'src', name.endsWith('/*') ? name.slice(0, -2) : `${name}.ts`)), name);
  for (const name of rows.flatMap(([, names]) => names))
    assert.ok(name.endsWith('/*') ? existsSync(join(root, 'test', name.slice(0, -2))) : isTest(name), name);
});
