// npm run check: format, lint, types and the directions of imports, each with the command that mends it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { main, root, setUpPackages } from './setup.mjs';

/** Each remembers in .cache which files it has found good, by their content. */
const checks = [
  {
    name: 'format',
    program: 'prettier/bin/prettier.cjs',
    words: ['--check', '.', '--cache', '--cache-strategy', 'content', '--cache-location', '.cache/prettier'],
    mend: 'npx prettier --write .',
  },
  {
    name: 'lint',
    program: 'eslint/bin/eslint.js',
    words: ['.', '--cache', '--cache-strategy', 'content', '--cache-location', '.cache/eslint'],
    mend: 'npx eslint --fix . mends some of it',
  },
  {
    name: 'types',
    program: 'typescript/bin/tsc',
    words: ['-p', 'tsconfig.check.json', '--incremental', '--tsBuildInfoFile', '.cache/check.tsbuildinfo'],
    mend: 'mend the lines named',
  },
  {
    name: 'imports',
    program: 'dependency-cruiser/bin/dependency-cruise.mjs',
    words: ['src', '--config', '.dependency-cruiser.mjs'],
    mend: 'move what two rooms need to a lower floor; .dependency-cruiser.mjs lists the floors',
  },
];

/** Runs every check, prints the output of those that fail, and says whether all passed. */
export function checkAll() {
  const failed = checks.filter(({ name, program, words, mend }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...words], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status === 0) return false;
    console.error(`${stdout}${stderr}\n${name}: failed; ${mend}`);
    return true;
  });
  console.log(
    failed.length
      ? `check: ${failed.map(({ name }) => name).join(', ')} failed`
      : 'check: format, lint, types, imports',
  );
  return failed.length === 0;
}

if (process.argv[1] === join(root, 'scripts', 'check.mjs'))
  await main(async () => {
    if (process.argv.includes('--help')) {
      console.log(
        'npm run check\nChecks format, lint, types and the directions of imports; says how to mend what fails.',
      );
      return 0;
    }
    await setUpPackages();
    return checkAll() ? 0 : 1;
  });
