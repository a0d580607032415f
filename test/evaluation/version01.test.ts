import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadDataset } from '../../src/data/datasets';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { evaluate } from '../../src/evaluation/evaluate';
import { loadWeights } from '../../src/formats/weights';
import type { Scores } from '../../src/protocols/protocol';

const golden: Record<string, Scores[]> = JSON.parse(readFileSync(join(__dirname, '../golden/version01.json'), 'utf8'));

for (const [run, expected] of Object.entries(golden))
  test(`${run} has the scores that version 0.1 gave it, to 1e-9`, async (t) => {
    const engine = await createWasmEngine({ threads: 1, kernels: 'wasm-relaxed' }).catch(() => undefined);
    if (!engine) return t.skip('relaxed SIMD does not run here');
    t.after(() => engine.close());
    const model = await loadWeights(join(__dirname, '../../results', run, 'weights.safetensors'));
    const { training, validation, evaluation } = await loadDataset('sample');
    const { rows } = await evaluate([...evaluation, ...validation, ...training.slice(0, 2)], { model, engine });
    assert.equal(rows.length, expected.length);
    rows.forEach(({ file, network }, i) => {
      for (const [measure, score] of Object.entries(expected[i])) {
        const difference = Math.abs(network![measure] - score);
        assert.ok(difference < 1e-9, `${measure} of ${file}: ${network![measure]} instead of ${score}`);
      }
    });
  });
