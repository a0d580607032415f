import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, OptionError, UnknownNameError } from '../../src/errors';
import { loadRun } from '../../src/runs/readRun';
import { runs } from '../../src/runs/runs';
import { sweep, type SweepGrid, type SweepRow } from '../../src/training/sweep';
import { train } from '../../src/training/train';
import { noise } from './toyPatches';
import type { Network } from '../../src/network/network';
import { countWeights, layerSlices } from '../../src/network/parameters';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-sweep-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: noise(16), validation: noise(4) };
const network = chain([
  { filters: 4, kernel: 3, activation: 'relu' },
  { filters: 1, kernel: 3, activation: 'linear' },
]);
const settings = { epochs: 2, batchSize: 8, lossEvery: 1, network };

test('every combination is trained in turn, the last key changing fastest, each as it would be alone', async () => {
  const rows = await sweep({ filters: [[4], [6]], learningRate: [1e-2, 1e-3] }, data, {
    ...settings,
    engine,
    folder: join(folder, 'grid'),
  });
  assert.deepEqual(
    rows.map(({ name, filters, learningRate, state, epochsDone }) => [name, filters, learningRate, state, epochsDone]),
    [
      ['filters=4,learningRate=0.01', '4', 1e-2, 'finished', 2],
      ['filters=4,learningRate=0.001', '4', 1e-3, 'finished', 2],
      ['filters=6,learningRate=0.01', '6', 1e-2, 'finished', 2],
      ['filters=6,learningRate=0.001', '6', 1e-3, 'finished', 2],
    ],
  );
  const alone = await train(data, { ...settings, learningRate: 1e-3, engine }).done;
  assert.equal(rows[1].validationLoss, alone.best.validationLoss);
  const listed = await runs(folder);
  assert.deepEqual(
    listed.map(({ name }) => name),
    rows.map(({ name }) => `grid/${name}`).sort(),
  );
  const { options } = await loadRun('grid/filters=6,learningRate=0.01', folder);
  assert.deepEqual(
    layerSlices(options.network as Network).map(({ filters }) => filters),
    [6, 1],
  );
});

test('filters and kernels together make another chain', async () => {
  const seen: number[] = [];
  const grid: SweepGrid = { filters: [[5, 3]], kernels: [[3, 1, 5]] };
  const [row] = await sweep(grid, data, {
    ...settings,
    engine,
    epochs: 1,
    onSession: (session) => void seen.push(countWeights(session.model.network)),
  });
  assert.deepEqual([row.filters, row.kernels], ['5-3', '3-1-5']);
  assert.deepEqual(seen, [5 * 9 + 5 + 3 * 5 + 3 + 3 * 25 + 1]);
});

test('a stopped sweep keeps its finished runs, and continues when it is run again', async () => {
  const grid = { seed: [1, 2, 3] };
  const run = { ...settings, engine, folder: join(folder, 'cut') };
  const begun: string[] = [];
  const first = await sweep(grid, data, {
    ...run,
    onSession: (session, name) => {
      begun.push(name);
      if (name === 'seed=2') session.subscribe((event) => void (event === 'epoch' && session.stop()));
    },
  });
  assert.deepEqual(
    first.map(({ state, epochsDone }) => [state, epochsDone]),
    [
      ['finished', 2],
      ['stopped', 1],
      ['waiting', 0],
    ],
  );
  assert.deepEqual(begun, ['seed=1', 'seed=2']);
  let epochs = 0;
  const second = await sweep(grid, data, { ...run, onEpoch: () => void epochs++ });
  assert.deepEqual(
    second.map(({ state, epochsDone }) => [state, epochsDone]),
    [
      ['done before', 2],
      ['finished', 2],
      ['finished', 2],
    ],
  );
  assert.equal(epochs, 3, 'what was trained is not trained again');
  const whole = await sweep(grid, data, { ...settings, engine });
  assert.deepEqual(
    second.map(({ validationLoss }) => validationLoss),
    whole.map(({ validationLoss }) => validationLoss),
  );
});

test('the progress table shows what waits, trains and is done', async () => {
  const tables: SweepRow['state'][][] = [];
  await sweep({ seed: [1, 2] }, data, {
    ...settings,
    epochs: 1,
    engine,
    onProgress: (rows) => void tables.push(rows.map(({ state }) => state)),
  });
  assert.deepEqual(tables, [
    ['training', 'waiting'],
    ['training', 'waiting'],
    ['finished', 'waiting'],
    ['finished', 'training'],
    ['finished', 'training'],
    ['finished', 'finished'],
  ]);
});

test('a run that diverges is marked, and the next one is trained', async () => {
  const rows = await sweep({ learningRate: [1e20, 1e-3] }, data, { ...settings, optimizer: 'sgd', engine });
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['diverged', 'finished'],
  );
});

test('a grid that cannot be trained is refused before anything runs', async () => {
  const refused = async (grid: object, kind: new (...given: never[]) => Error) => {
    const began = () => assert.fail('training began');
    await assert.rejects(
      sweep(grid as SweepGrid, data, { ...settings, engine, onSession: began }),
      kind,
      JSON.stringify(grid),
    );
  };
  await refused({ learningrate: [1e-3] }, UnknownNameError);
  await refused({ folder: ['a', 'b'] }, UnknownNameError);
  await refused({ learningRate: 1e-3 }, OptionError);
  await refused({ learningRate: [] }, OptionError);
  await refused({ seed: [1, 1] }, OptionError);
  await refused({ seed: [1], learningRate: [1e-3, NaN] }, OptionError);
  await refused({ seed: [1], filters: [[4], [4, 4]] }, OptionError);
  await refused(
    {
      seed: [1],
      kernels: [
        [3, 3],
        [3, 4],
      ],
    },
    OptionError,
  );
  await refused({ seed: [1], network: ['9-1-8'] }, UnknownNameError);
  await refused({ seed: [1], epochs: [1, 0] }, OptionError);
  await refused({ seed: [1], border: [0, 6] }, OptionError);
  await refused({ seed: [1], batchSize: [8, 1000] }, OptionError);
  await refused({ seed: [1], optimizer: ['adam', 'newton'] }, UnknownNameError);
});

test("a sweep's folder that was trained with other options is refused by name", async () => {
  const run = { ...settings, engine, folder: join(folder, 'other') };
  await sweep({ seed: [1] }, data, run);
  await assert.rejects(
    sweep({ seed: [1] }, data, { ...run, batchSize: 4 }),
    (error: Error) => error instanceof CheckpointError && error.message.includes('seed=1'),
  );
});

test(
  'runs that an earlier sweep has finished are called done before, and the run that ' + 'trains says where it stands',
  async () => {
    const grid = { seed: [1, 2] };
    const run = { ...settings, engine, folder: join(folder, 'before') };
    await sweep({ seed: [1] }, data, run);
    const tables: SweepRow[][] = [];
    const rows = await sweep(grid, data, { ...run, epochs: 2, onProgress: (table) => void tables.push(table) });
    assert.deepEqual(
      rows.map(({ state, epochsDone, progress }) => [state, epochsDone, progress]),
      [
        ['done before', 2, undefined],
        ['finished', 2, undefined],
      ],
    );
    const during = tables.map((table) => table[1].progress).filter(Boolean);
    assert.match(during.at(-1)!, /^epoch 2 of 2/);
  },
);

test('a run of a sweep shows its progress within an epoch, every second', async () => {
  const tables: SweepRow[][] = [];
  const long = { ...settings, epochs: 100_000, engine };
  const end = { session: undefined as ReturnType<typeof train> | undefined };
  const done = sweep(
    { seed: [1] },
    { training: noise(400), validation: noise(4) },
    {
      ...long,
      batchSize: 1,
      onProgress: (table) => void tables.push(table),
      onSession: (session) => void (end.session = session),
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 2600));
  await end.session!.stop();
  const [row] = await done;
  assert.equal(row.state, 'stopped');
  assert.match(tables.at(-2)![0].progress!, /^epoch \d+ of 100000, .* left$/);
});

test('an interrupted sweep says that the cell is to be run again', async (t) => {
  const said: string[] = [];
  t.mock.method(console, 'log', (text: string) => void said.push(text));
  const interrupt = () => undefined;
  // As in a notebook: somebody else takes the signal, so it does not end the program.
  process.on('SIGINT', interrupt);
  t.after(() => process.off('SIGINT', interrupt));
  const done = sweep({ seed: [1, 2] }, data, {
    ...settings,
    epochs: 100_000,
    engine,
    folder: join(folder, 'interrupted'),
    onSession: (session) => {
      const off = session.subscribe(() => {
        off();
        process.emit('SIGINT');
      });
    },
  });
  assert.deepEqual(
    (await done).map(({ state }) => state),
    ['stopped', 'waiting'],
  );
  assert.match(said.join('\n'), /^Training stopped in epoch .*; run this cell again to continue\.$/);
});
