import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { createEngine, engineNames, listEngines } from '../../src/engine/choose';
import { EngineError, UnknownNameError } from '../../src/errors';

const before = process.env.SRCNN_ENGINE;
afterEach(() => {
  if (before === undefined) delete process.env.SRCNN_ENGINE;
  else process.env.SRCNN_ENGINE = before;
});

test('an engine is chosen by name, else by SRCNN_ENGINE, and the name wins', async () => {
  process.env.SRCNN_ENGINE = 'wasm';
  const [byEnvironment, byName] = [
    await createEngine(undefined, { threads: 1 }),
    await createEngine('wasm', { threads: 1 }),
  ];
  assert.deepEqual([byEnvironment.name, byName.name], ['wasm', 'wasm']);
  assert.match(byName.description, /1 thread$/);
  process.env.SRCNN_ENGINE = 'abacus';
  const named = await createEngine('wasm', { threads: 1 });
  await Promise.all([byEnvironment, byName, named].map((engine) => engine.close()));
});

test('an unknown engine is refused, by argument and by environment, with the known ones', async () => {
  await assert.rejects(
    createEngine('abacus'),
    (error) => error instanceof UnknownNameError && engineNames.every((name) => error.message.includes(name)),
  );
  process.env.SRCNN_ENGINE = 'abacus';
  await assert.rejects(createEngine(), UnknownNameError);
});

test('the default engine computes, and an engine asked for is that one or an error', async () => {
  delete process.env.SRCNN_ENGINE;
  const engine = await createEngine();
  // On a processor TensorFlow is never preferred, installed or not.
  assert.match(engine.name === 'tensorflow' ? engine.description : engine.name, /NVIDIA GPU|^webgpu$|^native$|^wasm$/);
  assert.doesNotMatch(engine.description, /no GPU/);
  await engine.close();
  for (const name of engineNames) {
    const forced = await createEngine(name).catch((error: unknown) => error);
    if (forced instanceof Error) assert.ok(forced instanceof EngineError, String(forced));
    else {
      const { name: got, close } = forced as Awaited<ReturnType<typeof createEngine>>;
      assert.equal(got, name);
      await close.call(forced);
    }
  }
});

test('an engine that is not there is left out without a word, also by the libraries that look for it', () => {
  const choose = join(__dirname, '..', '..', 'dist', 'engine', 'choose.js');
  const program = `require(${JSON.stringify(choose)}).createEngine().then((engine) => engine.close())`;
  const { SRCNN_ENGINE: _, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
});

test('the list has every engine once, with a measured step or the reason why not', async () => {
  const reports = await listEngines({ threads: 1 });
  assert.deepEqual(
    reports.map((report) => report.name),
    engineNames,
  );
  assert.ok(reports.find((report) => report.name === 'wasm')!.works);
  for (const { works, description, stepMilliseconds } of reports) {
    assert.equal(works, (stepMilliseconds ?? 0) > 0);
    assert.ok(description.length > 10);
  }
});
