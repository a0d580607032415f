// Compiles src to dist: TypeScript with tsc, the wasm kernels with AssemblyScript (plain and relaxed SIMD).
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(program, args) {
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: root, stdio: 'inherit' });
}

/** Each set of kernels: the source below src without extension, the file below dist, and what the compiler may use. */
const kernels = [
  ['arithmetic/assembly/kernels', 'arithmetic/kernels.wasm', 'simd,threads'],
  ['engine/wasm/assembly/kernels', 'engine/wasm/kernels-plain.wasm', 'simd,threads'],
  ['engine/wasm/assembly/kernels', 'engine/wasm/kernels-relaxed.wasm', 'simd,threads,relaxed-simd'],
  [
    'engine/wasm/assembly/kernels',
    'engine/wasm/kernels-paired.wasm',
    'simd,threads,relaxed-simd',
    '--use',
    'PAIRED=ASC_FEATURE_SIMD',
  ],
];

const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

const changed = (file) => statSync(join(root, file)).mtimeMs;

/** Written to dist at the end of each build: its time is that of the last one. */
export const BUILT = '.built';

/** Whether a set of kernels is younger than its sources and than this file. */
function isFresh(target) {
  if (!existsSync(join(root, target))) return false;
  const sources = [...new Set(kernels.map(([each]) => `src/${dirname(each)}`))].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  return [...sources, 'scripts/build.mjs', 'package-lock.json'].every((file) => changed(file) < changed(target));
}

export function build() {
  // What it remembers lies in dist, so that it is forgotten with it.
  run('typescript/bin/tsc', ['-p', '.', '--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo']);
  // npm does this at installation, for a dist that was there then: after it was deleted, npx would be refused.
  chmodSync(join(root, 'dist', 'cli.js'), 0o755);
  for (const [source, target, features, ...more] of kernels) {
    if (isFresh(`dist/${target}`)) continue;
    mkdirSync(dirname(join(root, 'dist', target)), { recursive: true });
    const optimise = ['-O3', '--noAssert', '--runtime', 'stub'];
    const files = [`src/${source}.ts`, '-o', `dist/${target}`];
    run('assemblyscript/bin/asc.js', [...files, '--enable', features, ...more, ...optimise, ...memory]);
  }
  writeFileSync(join(root, 'dist', BUILT), '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--help'))
    console.log(
      'npm run build\nCompiles src to dist, the TypeScript and the WebAssembly kernels, where they have changed.',
    );
  else build();
}
