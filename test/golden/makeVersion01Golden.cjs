// PSNR and SSIM that version 0.1 gives its trained networks on sample pictures, by the kernels of relaxed SIMD.
// Run: git worktree add ../v01 58d1b49; (cd ../v01; npm install; npm run build);
// node test/golden/makeVersion01Golden.cjs ../v01
const { writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const folder = resolve(process.argv[2]);
const lab = require(join(folder, 'dist', 'index.js'));
const runs = [
  ['paper-x2', 'paper', 2],
  ['paper-x3', 'paper', 3],
  ['paper-x3-9-5-5', 'paper', 3],
  ['seed-x3', 'seed', 3],
];

async function main() {
  const golden = {};
  const { training, validation, evaluation } = await lab.loadDataset('sample');
  const files = [...evaluation, ...validation, ...training.slice(0, 2)];
  for (const [run, protocol, scale] of runs) {
    const model = await lab.loadWeights(join(folder, 'results', run, 'weights.safetensors'));
    const { rows } = await lab.evaluate(files, { model, protocol, scale, threads: 1 });
    const own = rows.filter(({ method }) => method === 'srcnn');
    golden[run] = own.map(({ psnr, ssim }) => ({ psnr, ssim }));
  }
  writeFileSync(join(__dirname, 'version01.json'), `${JSON.stringify(golden, null, 2)}\n`);
}

void main();
