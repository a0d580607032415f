// The long form of notebook 6: Dong et al.'s studies, and all their measures of runs in results/. Run:
// node --import tsx scripts/runStudies.ts [--minutes N] [NAME ...] (needs bsds500, t91, set5 and set14; continues where
// it was interrupted). NAME is a study, one of its runs as in filters/9-5-5, or "measures"; all by default.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine, evaluateModels, loadDataset, loadWeights, paperMeasures, runStudy, studies } from 'srcnn-lab';
import { meanOf, readMeans, writeMeans } from '../src/results/studies/meansFile';
import { measuresFile } from '../src/results/studies/measureRows';

const results = join(__dirname, '../results');
const folder = join(results, 'studies');
/** BSD200 is BSDS500's test, which only the run on T91 has not seen: at x2 and x4 bicubic alone is scored on it. */
const scored = [
  { scale: 3, set: 'Set5', runs: ['t91-x3', 'paper-x3', 'paper-x3-9-5-5'], protocol: 'paper' },
  { scale: 3, set: 'Set14', runs: ['t91-x3', 'paper-x3', 'paper-x3-9-5-5'], protocol: 'paper' },
  { scale: 3, set: 'BSD200', runs: ['t91-x3'], protocol: 'bsd200' },
  { scale: 2, set: 'BSD200', runs: [], protocol: 'bsd200' },
  { scale: 4, set: 'BSD200', runs: [], protocol: 'bsd200' },
  { scale: 2, set: 'Set5', runs: ['paper-x2'], protocol: 'paper' },
  { scale: 2, set: 'Set14', runs: ['paper-x2'], protocol: 'paper' },
  { scale: 4, set: 'Set5', runs: ['paper-x4'], protocol: 'paper' },
  { scale: 4, set: 'Set14', runs: ['paper-x4'], protocol: 'paper' },
];

async function writeMeasures(): Promise<void> {
  let means = await readMeans(measuresFile(folder));
  for (const { scale, set, runs, protocol } of scored) {
    const there = means.filter((mean) => mean.set === set && mean.scale === scale);
    if (there.length === (runs.length + 1) * paperMeasures.length) continue;
    const files = { [set]: (await loadDataset(set.toLowerCase(), { scale })).evaluation };
    const models: Parameters<typeof evaluateModels>[1] = Object.fromEntries(
      await Promise.all(
        runs.map(async (run) => [run, await loadWeights(join(results, run, 'weights.safetensors'))] as const),
      ),
    );
    const { scores } = await evaluateModels(files, models, { protocol, scale, measures: paperMeasures });
    means = [...means.filter((mean) => !there.includes(mean)), ...scores.map(meanOf)];
    await writeMeans(measuresFile(folder), means);
    console.log(`${set} x${scale}: ${['bicubic', ...runs].join(', ')}`);
  }
}

async function main(): Promise<void> {
  const { values, positionals: names } = parseArgs({
    options: { minutes: { type: 'string', default: '9' } },
    allowPositionals: true,
  });
  const minutes = Number(values.minutes);
  const wanted = (...any: string[]) => !names.length || any.some((name) => names.includes(name));
  // One thread, which wastes nothing by waiting where the machine does other things meanwhile.
  const engine = await createEngine(undefined, { threads: 1 });
  for (const study of studies) {
    const runs = study.runs.filter(({ name }) => wanted(study.name, `${study.name}/${name}`));
    if (runs.length) console.table(await runStudy({ ...study, runs }, { folder, minutes, engine }));
  }
  await engine.close();
  if (wanted('measures')) await writeMeasures();
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
