// Compiles src to dist: TypeScript with tsc, the wasm kernels with AssemblyScript (plain and relaxed SIMD).
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
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
];

const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

export function build() {
  run('typescript/bin/tsc', ['-p', '.']);
  for (const [source, target, features] of kernels) {
    mkdirSync(dirname(join(root, 'dist', target)), { recursive: true });
    const optimise = ['-O3', '--noAssert', '--runtime', 'stub'];
    const files = [`src/${source}.ts`, '-o', `dist/${target}`];
    run('assemblyscript/bin/asc.js', [...files, '--enable', features, ...optimise, ...memory]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
