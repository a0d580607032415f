// node scripts/convertPytorch.mjs IN.pt OUT.safetensors: SRCNN weights saved by PyTorch in its format before 1.6
// (a run of pickles, then for each storage a 64-bit count and raw little-endian float32, kernels OIHW).
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countWeights, saveWeights, initialize, layerSlices } from 'srcnn-lab';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { network: { type: 'string', default: '9-1-7' }, help: { type: 'boolean' } },
});
const [input, output] = positionals;

/** The texts of a stretch of pickle (opcode BINUNICODE: X, length, bytes), with where each ends. */
function texts(bytes, start, end) {
  const found = [];
  for (let i = start; i < end - 5; i++) {
    if (bytes[i] !== 0x58) continue;
    const length = bytes.readUInt32LE(i + 1);
    const text = bytes.subarray(i + 5, i + 5 + length).toString('latin1');
    if (length === 0 || length > 100 || !/^[\w.]+$/.test(text)) continue;
    found.push({ text, end: i + 5 + length });
    i += 4 + length;
  }
  return found;
}

/** Tensor name -> float32 values, in the order the network holds them. */
function readStorages(bytes) {
  const all = texts(bytes, 0, Math.min(bytes.length, 8192));
  const isKey = ({ text }) => /^\d{6,}$/.test(text);
  const keyOf = new Map();
  for (const [i, { text }] of all.entries()) {
    if (/\.(weight|bias)$/.test(text)) keyOf.set(all.slice(i).find(isKey)?.text, text);
  }
  // The keys stand a second time, in the order of the storages that follow.
  const order = all.filter(isKey).slice(-keyOf.size);
  let at = bytes.indexOf(0x2e, order.at(-1)?.end ?? 0) + 1;
  const storages = new Map();
  for (const { text } of order) {
    const count = Number(bytes.readBigInt64LE(at));
    storages.set(
      keyOf.get(text),
      new Float32Array(bytes.buffer.slice(bytes.byteOffset + at + 8, bytes.byteOffset + at + 8 + 4 * count)),
    );
    at += 8 + 4 * count;
  }
  return new Map([...keyOf.values()].map((name) => [name, storages.get(name)]));
}

async function convert() {
  const tensors = [...readStorages(readFileSync(input))];
  const model = initialize(values.network);
  const parts = layerSlices(model.network).flatMap((layer) => [
    layer.biasStart - layer.kernelStart,
    layer.end - layer.biasStart,
  ]);
  const found = tensors.map(([name, data]) => `${name}: ${data?.length}`).join(', ');
  if (tensors.length !== parts.length || tensors.some(([, data], i) => data?.length !== parts[i])) {
    throw new Error(
      `${input}: expected ${parts.length} tensors of ${parts.join(', ')} values (${countWeights(model.network)} ` +
        `in all), found ${found || 'none'}`,
    );
  }
  let start = 0;
  for (const [, data] of tensors) {
    model.weights.set(data, start);
    start += data.length;
  }
  await saveWeights(output, model, { converted_from: 'PyTorch' });
  console.log(found);
}

if (values.help || !output)
  console.log(`node scripts/convertPytorch.mjs [--network NAME] IN.pt OUT.safetensors
Converts weights that PyTorch saved before version 1.6.
  --network NAME   the network that the weights belong to (default: 9-1-7)`);
else
  convert().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
