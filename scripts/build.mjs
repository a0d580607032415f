// Compiles src to dist: TypeScript with tsc, the wasm kernels with AssemblyScript (plain and relaxed SIMD).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(program, args) {
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: root, stdio: 'inherit' });
}

export function build() {
  run('typescript/bin/tsc', ['-p', '.']);
  const source = 'src/engine/wasm/assembly/kernels.ts';
  if (!existsSync(join(root, source))) return;
  mkdirSync(join(root, 'dist/engine/wasm'), { recursive: true });
  for (const [variant, features] of [
    ['plain', 'simd,threads'],
    ['relaxed', 'simd,threads,relaxed-simd'],
  ]) {
    run('assemblyscript/bin/asc.js', [
      source,
      '-o',
      `dist/engine/wasm/kernels-${variant}.wasm`,
      '--enable',
      features,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
    ]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
