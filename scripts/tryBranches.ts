// Does it pay to train 3x3 kernels with ECBSR's branches? Four trainings of plain-16x5 with the same batches: without
// and with the option `branches`, by SOAP and by Adam. Writes results/branches.csv.
// Run: node --import tsx scripts/tryBranches.ts [EPOCHS] (needs bsds500, set5 and set14; 4 epochs are 3,064 updates).
// Then: npx srcnn results --scores-from-csv
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, evaluate, type EvaluateOptions, loadDataset, preparePatches, train } from 'srcnn-lab';

const RATES = { soap: 3e-3, adam: 1e-3 };

async function score(set: string, options: EvaluateOptions): Promise<string> {
  const { evaluation } = await loadDataset(set, { scale: 3 });
  const { summary } = await evaluate(evaluation, options);
  return summary.network!.psnr.toFixed(4);
}

async function main(): Promise<void> {
  const epochs = Number(process.argv[2] ?? 4);
  const files = await loadDataset('bsds500');
  const cut = { protocol: 'paper', scale: 3, reads: 'small' } as const;
  const { patches: training } = await preparePatches(files.training, cut);
  const { patches: validation } = await preparePatches(files.validation, cut);
  const engine = await createEngine();
  const lines = ['optimizer,branches,updates,Set5,Set14'];
  for (const optimizer of ['soap', 'adam'] as const)
    for (const branches of [false, true]) {
      const options = { network: 'plain-16x5', optimizer, learningRate: RATES[optimizer], branches, epochs, engine };
      const session = train({ training, validation }, options);
      const { history } = await session.done;
      // The weights after the last update, as in a table of equal updates.
      const { model } = session;
      const scores = [await score('set5', { model, engine }), await score('set14', { model, engine })];
      const updates = history.epochs.at(-1)!.step;
      lines.push([optimizer, branches ? 'with' : 'without', updates, ...scores].join());
      console.log(lines.at(-1));
      writeFileSync(join(__dirname, '../results/branches.csv'), `${lines.join('\n')}\n`);
    }
  await engine.close();
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
