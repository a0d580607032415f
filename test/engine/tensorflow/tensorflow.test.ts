import assert from 'node:assert/strict';
import { chain } from '../../../src/network/families/srcnn';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine';
import { lossNames } from '../../../src/engine/losses/losses';
import { createTensorflowEngine, explain } from '../../../src/engine/tensorflow/tensorflow';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { EngineError, ImageTooSmallError, OptionError } from '../../../src/errors';
import type { RandomState } from '../../../src/random';
import { chains, compareEngines, randomBatch, randomPlanes, relativeError } from '../compare';
import { compareLoss, compareWithDefinition, networks, titleOf } from '../kinds';
import { planesOf } from '../../../src/engine/engine';
import { initialize } from '../../../src/network/initialize';

let wasm: Engine,
  engine: Engine | null = null,
  missing = '';
before(async () => {
  wasm = await createWasmEngine({ threads: 2 });
  engine = await createTensorflowEngine().catch((error: Error) => {
    missing = error.message;
    return null;
  });
});
after(async () => void (await Promise.all([wasm.close(), engine?.close()])));

/** A test that needs the native half, or says that it is not there; with SRCNN_TEST_TENSORFLOW it has to be. */
function testEngine(title: string, body: (engine: Engine) => Promise<void>): void {
  test(title, async (context) => {
    if (engine) return body(engine);
    assert.ok(!process.env.SRCNN_TEST_TENSORFLOW, missing);
    context.skip(missing);
  });
}

test('an engine that does not load says why, and which command mends it', () => {
  assert.match(
    explain('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x'),
    /native half is not there; run npm run setup:tensorflow$/,
  );
  assert.match(
    explain('libtensorflow_cc.so.2: cannot open shared object file: No such file or directory\nRequire stack'),
    /half there \(libtensorflow_cc.so.2: [^\n]*\); run npm run setup:tensorflow -- --remove/,
  );
  assert.match(explain('Could not initialize TensorFlow backend.'), /does not load \(Could not/);
});

test('without its native half the engine is an error that names the command', async (context) => {
  if (engine) return context.skip('the native half is there');
  await assert.rejects(
    createTensorflowEngine(),
    (error) => error instanceof EngineError && /npm run setup:tensorflow/.test(error.message),
  );
});

testEngine(
  'loss, gradient and picture of chains agree with the engine wasm, with and without a border',
  async (engine) => {
    await compareEngines(engine, wasm, '9-1-7', 4, 32, 32, 0);
    await compareEngines(engine, wasm, '9-5-5', 2, 20, 17, 3);
    for (const [i, chain] of chains.entries()) await compareEngines(engine, wasm, chain, 3, 13, 8 + i, i % 3);
  },
);

for (const network of networks)
  testEngine(`loss, gradient and picture of ${titleOf(network)} agree with the definition`, (engine) =>
    compareWithDefinition(engine, network),
  );

for (const loss of lossNames)
  testEngine(`the ${loss} loss and its gradient agree with the definition`, (engine) => compareLoss(engine, loss));

testEngine('a batch computed in slices and a picture computed in bands agree with the engine wasm', async (engine) => {
  await compareEngines(
    engine,
    wasm,
    chain([
      { filters: 3, kernel: 5, activation: 'relu' },
      { filters: 1, kernel: 3, activation: 'linear' },
    ]),
    37,
    41,
    32,
    2,
  );
  const random: RandomState = { seed: 3, draws: 0 };
  const plane = randomPlanes(random, 1, 260, 330);
  const model = initialize('9-1-5', { seed: 4 });
  assert.ok(relativeError((await engine.predict(model, plane)).data, (await wasm.predict(model, plane)).data) < 1e-5);
});

testEngine("loss and gradient stay with the engine wasm's over 50 steps of training", async (engine) => {
  const random: RandomState = { seed: 8, draws: 0 };
  const model = initialize('9-1-7', { seed: 6 });
  const batch = randomBatch(random, 2, 16, 16);
  const [gradient, right] = [new Float32Array(model.weights.length), new Float32Array(model.weights.length)];
  for (let step = 0; step < 50; step++) {
    const loss = await engine.lossAndGradient(model, batch, gradient),
      rightLoss = await wasm.lossAndGradient(model, batch, right);
    assert.ok(Math.abs(loss / rightLoss - 1) < 1e-4, `step ${step}: loss ${loss}, expected ${rightLoss}`);
    assert.ok(relativeError(gradient, right) < 1e-4, `step ${step}: gradient off by ${relativeError(gradient, right)}`);
    for (let i = 0; i < gradient.length; i++) model.weights[i] -= 0.01 * gradient[i];
  }
});

testEngine('200 steps and pictures leave no tensor behind', async (engine) => {
  const tf = await import('@tensorflow/tfjs');
  const random: RandomState = { seed: 2, draws: 0 };
  const model = initialize(chains[1], { seed: 1 }),
    batch = randomBatch(random, 2, 9, 7),
    gradient = new Float32Array(model.weights.length);
  const work = async () => {
    await engine.lossAndGradient(model, batch, gradient, { border: 1 });
    await engine.predict(model, { ...batch.input, count: 1 });
  };
  await work();
  const { numTensors, numBytes } = tf.memory();
  for (let step = 0; step < 200; step++) await work();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
});

testEngine('steps leave turns to timers, so that a notebook stays alive while they run', async (engine) => {
  const random: RandomState = { seed: 2, draws: 0 };
  const model = initialize(chains[0]),
    batch = randomBatch(random, 1, 8, 8);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for (let step = 0; step < 50; step++) await engine.lossAndGradient(model, batch, null);
  clearInterval(timer);
  assert.ok(turns > 0);
});

testEngine("another backend chosen meanwhile does not change the engine's", async (engine) => {
  const tf = await import('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  await compareEngines(engine, wasm, chains[0], 2, 8, 8, 0);
});

testEngine('bad input and a closed engine are named errors', async (engine) => {
  const random: RandomState = { seed: 2, draws: 0 };
  const model = initialize(chains[0]),
    batch = randomBatch(random, 1, 8, 8);
  assert.throws(() => engine.lossAndGradient(model, batch, new Float32Array(3)), OptionError);
  assert.throws(() => engine.lossAndGradient(model, batch, null, { border: 4 }), ImageTooSmallError);
  const another = await createTensorflowEngine();
  await another.close();
  assert.throws(
    () => another.predict(model, planesOf([{ data: new Float32Array(4), width: 2, height: 2 }])),
    EngineError,
  );
});

/** What a fresh process prints that predicts a picture on the engine; `first` runs before the package is loaded. */
function inFreshProcess(first: string): { stdout: string; stderr: string } {
  const { TF_CPP_MIN_LOG_LEVEL: _level, NODE_OPTIONS: _options, ...env } = process.env;
  const code =
    `${first};const {createTensorflowEngine}=require('./src/engine/tensorflow/tensorflow');` +
    "const {initialize}=require('./src/network/initialize');" +
    "createTensorflowEngine().then((e)=>e.predict(initialize('9-1-7'),{data:new " +
    'Float32Array(400),count:1,channels:1,width:20,height:20}))' +
    ".then((p)=>console.log(p.data.length,typeof require('util').isNullOrUndefined));";
  return spawnSync(process.execPath, ['--no-deprecation', '--import', 'tsx', '-e', code], {
    cwd: join(__dirname, '../../..'),
    env,
    encoding: 'utf8',
  });
}

testEngine('TensorFlow says nothing on stderr', async () => {
  const { stdout, stderr } = inFreshProcess('');
  assert.equal(stdout.trim(), '400 function');
  assert.equal(stderr, '');
});

testEngine('the engine works on a Node whose util has no isNullOrUndefined', async () => {
  assert.equal(inFreshProcess("delete require('util').isNullOrUndefined").stdout.trim(), '400 function');
});
