// npm test [-- WORD ...]: the set-up and the checks, then all tests, or those whose path contains one of the words.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkAll } from './check.mjs';
import { main, root, setUpLab, SetupError } from './setup.mjs';

const words = process.argv.slice(2);
if (words.includes('--help')) {
  console.log(`npm test [-- WORD ...]
Installs what is missing, and runs the checks (npm run check) and all tests. With words, only the tests whose path
contains one of them, and no checks.`);
} else {
  await main(async () => {
    await setUpLab();
    const all = readdirSync(join(root, 'test'), { recursive: true })
      .map((name) => join('test', name))
      .filter((name) => name.endsWith('.test.ts'))
      .sort();
    const files = all.filter((name) => !words.length || words.some((word) => name.includes(word)));
    if (!files.length)
      throw new SetupError(
        `no test matches ${words.join(' ')}; the tests are in ${relative(process.cwd(), join(root, 'test'))}`,
      );
    // Tests of single words are run while something is being written: they do not wait for the checks.
    if (!words.length && !checkAll()) return 1;
    const run = ['--import', 'tsx', '--test', '--test-reporter=spec', ...files];
    return spawnSync(process.execPath, run, { cwd: root, stdio: 'inherit' }).status ?? 1;
  });
}
