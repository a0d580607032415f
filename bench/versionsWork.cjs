// One version of the lab for bench/versions.mjs: argument is its folder; a job's name on a line, milliseconds as the
// answer.
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const lab = require(join(process.argv[2], 'dist', 'index.js'));
// Version 0.1 had other names and shapes.
const isFirst = lab.initialize === undefined;
const modelOf = (name) => (isFirst ? lab.srcnn(name) : lab.initialize(name));
const noise = (length) => Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * i));
const planes = (count, width, height) => ({ data: noise(count * width * height), count, channels: 1, width, height });

function batchOf(count) {
  const [input, target] = [planes(count, 32, 32), planes(count, 32, 32)];
  return isFirst ? { ...input, input: input.data, target: target.data } : { input, target };
}

async function step(engine, name, count) {
  const model = modelOf(name);
  await engine.lossAndGradient(model, batchOf(count), new Float32Array(model.weights.length));
}

async function serve() {
  const engine = await lab.createWasmEngine();
  const data = await lab.loadDataset('bsds500').catch(() => lab.loadDataset('sample'));
  const jobs = {
    step: () => step(engine, '9-1-7', 128),
    'step 9-5-5': () => step(engine, '9-5-5', 32),
    'inference 512x512': () => engine.predict(modelOf('9-1-7'), planes(1, 512, 512)),
    preprocessing: () => lab.preparePatches(data.training.slice(0, 60)),
    evaluation: () => lab.evaluate(data.evaluation.slice(0, 20), { scale: 3 }),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const began = performance.now();
    await jobs[line]();
    console.log(performance.now() - began);
  }
  await engine.close();
}

serve().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
