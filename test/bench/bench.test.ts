import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { interleave, median } from '../../bench/measure';
import { compared, type Report, toMarkdown } from '../../bench/report';
import { stepOperations, workloads } from '../../bench/work';
import { initialize } from '../../src/network/initialize';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
after(() => rmSync(folder, { recursive: true }));

const bench = (...options: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', join('bench', 'bench.ts'), ...options], {
    cwd: root,
    encoding: 'utf8',
  });

test("a step of 9-1-7 on 128 patches of 32x32 is 5.56 GFLOP, the first layer's input gradient left out", () => {
  assert.equal(
    stepOperations(initialize('9-1-7'), 128 * 32 * 32),
    2 * 131072 * (3 * (81 * 64 + 64 * 32 + 32 * 49) - 81 * 64),
  );
});

test('contestants take turns, warm-ups do not count, and each gets its median', async () => {
  const turns: string[] = [];
  const contestant = (name: string, times: number[]) => ({
    name,
    run: async () => (turns.push(name), { ms: times.shift()! }),
  });
  const found = await interleave([contestant('ours', [99, 3, 1, 2]), contestant('peer', [99, 30, 10, 20])], {
    rounds: 3,
    onNote: assert.fail,
  });
  assert.deepEqual(turns, ['ours', 'peer', 'ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
  assert.deepEqual([found.get('ours'), found.get('peer')], [{ ms: 2 }, { ms: 20 }]);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test('a peer that fails is left out with its reason, and the others are measured', async () => {
  const notes: string[] = [];
  const fail = async () => {
    throw new Error('out of memory');
  };
  const found = await interleave(
    [
      { name: 'ours', run: async () => ({ ms: 1 }) },
      { name: 'peer', run: fail },
    ],
    { rounds: 2, onNote: (line) => notes.push(line) },
  );
  assert.deepEqual([...found.keys()], ['ours']);
  assert.deepEqual(notes, ['peer left out: out of memory']);
});

test('--quick --only step --json writes figures that fit each other, and no half-written file stays', () => {
  const file = join(folder, 'bench.json');
  const { status, stderr, stdout } = bench('--quick', '--only', 'step', '--threads', '1', '--json', file);
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(folder), ['bench.json']);
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  assert.equal(report.threads, 1);
  assert.equal(report.machine.node, process.versions.node);
  assert.ok(report.step!.ms > 0);
  assert.ok(Math.abs(report.step!.gflops - 5561.65 / report.step!.ms) < 0.01 * report.step!.gflops);
  assert.equal(report.inference512, undefined);
  assert.ok(report.peakResidentMB > 20);
  assert.match(stdout, /training step, 128 x 32x32 .*GFLOP\/s/);
  assert.match(bench('--markdown', file).stdout, /\| training step, 128 x 32x32 \| /);
});

test('peers that are not installed are named in a line that says how to get them, and the rest is measured', () => {
  const { status, stderr, stdout } = bench(
    '--quick',
    '--only',
    'step',
    '--threads',
    '1',
    '--peers',
    '--venv',
    join(folder, 'nowhere'),
  );
  assert.equal(status, 0, stderr);
  assert.match(
    stderr,
    /the Python peers are not there: no Python in .*nowhere; "npm run bench -- --peers" installs them/,
  );
  assert.match(stdout, /GFLOP\/s/);
});

test('an option that does not exist, a thing that is not measured and threads that are no number are refused', () => {
  for (const [options, expected] of [
    [['--pears'], /--pears/],
    [['--only', 'dinner'], /--only dinner: use some of step, step-9-5-5/],
    [['--threads', '0'], /--threads is 0/],
  ] as const) {
    const { status, stderr } = bench(...options);
    assert.equal(status, 1);
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
});

test('the Markdown table has a row for each thing measured and a column for each peer, with its ratio', () => {
  const report: Report = {
    machine: { cpu: 'CPU', cores: 2, memoryGB: 8, node: '20.0.0', platform: 'linux x64', engine: 'WebAssembly' },
    threads: 2,
    date: '2026-01-01T00:00:00Z',
    quick: false,
    peakResidentMB: 100,
    notes: [],
    step: { ms: 100, gflops: 55.6 },
    inference512: { ms: 50 },
    scaling: 1.9,
    peers: { pytorch: { description: 'PyTorch', step: { ms: 250, ratio: 2.5 } } },
  };
  const lines = toMarkdown(report).split('\n');
  assert.ok(lines.includes('|  | srcnn-lab | pytorch |'));
  assert.ok(lines.includes('| training step, 128 x 32x32 | 100.0 ms (55.6 GFLOP/s) | 250.0 ms (2.50x) |'));
  assert.ok(lines.includes('| inference 512x512 | 50.0 ms | - |'));
  assert.ok(lines.includes('- training step, from 1 to 2 threads: 1.90 times as fast'));
  assert.doesNotMatch(lines.join(), /not idle/);
  assert.match(
    toMarkdown({ ...report, load: 3.2 }),
    /\n- not idle: 3\.2 processes of other programs wanted the 2 cores/,
  );
});

test('each set of kernels has a column, and each native width its peak', () => {
  const share = { gflops: 100, stepShare: 0.5 };
  const report: Report = {
    machine: { cpu: 'CPU', cores: 2, memoryGB: 8, node: '20.0.0', platform: 'linux x64', engine: 'WebAssembly' },
    threads: 2,
    date: '2026-01-01T00:00:00Z',
    quick: false,
    peakResidentMB: 100,
    notes: [],
    'step-plain-32x6': { ms: 40 },
    peak: { ...share, oneThread: share, native: { 'native-avx2': { gflops: 170, stepShare: 0.6 } } },
    peers: { 'native-avx2': { description: 'C kernels', 'step-plain-32x6': { ms: 20, ratio: 0.5 } } },
  };
  const text = toMarkdown(report);
  assert.match(text, /\| training step of plain-32x6, 32 x 32x32 to 96x96 \| 40\.0 ms \| 20\.0 ms \(0\.50x\) \|/);
  assert.match(text, /- multiply-add peak as wide as native-avx2, 2 threads: 170\.0 GFLOP\/s; .* reaches 60 % of it/);
});

test('each network that is measured has a step and an inference', () => {
  for (const network of Object.keys(workloads)) {
    const rest = network === '9-1-7' ? '' : `-${network}`;
    for (const thing of ['step', 'inference512']) assert.ok((compared as readonly string[]).includes(thing + rest));
  }
});
