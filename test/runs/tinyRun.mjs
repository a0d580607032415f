// A run in its own process, for tests that kill or interrupt it: node tinyRun.mjs FOLDER EPOCHS [stay]. It prints its
// progress line by line, and with "stay" it keeps running after an interrupt as a notebook's kernel does.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { createWasmEngine } = require('../../dist/engine/wasm/wasm');
const { chain } = require('../../dist/network/families/srcnn');
const { train } = require('../../dist/training/train');

const [folder, epochs, stay] = process.argv.slice(2);
// Written at once: a line that was on its way when the process is killed would be lost.
const say = (line) => writeSync(1, `${line}\n`);

const side = 32;
const plane = (gain) => Uint8Array.from({ length: side * side }, (_, i) => 128 + gain * Math.sin(i * i));
const places = (count, factor) => Uint16Array.from({ length: count }, (_, i) => (factor * i) % 20);
const noise = (count) => ({
  pictures: [{ input: plane(40), target: plane(90), width: side, height: side }],
  picture: new Uint32Array(count),
  x: places(count, 7),
  y: places(count, 5),
  size: 12,
  count,
  scale: 3,
  protocol: 'report',
  sigma: 1,
  reads: 'enlarged',
});
const network = chain([
  { filters: 4, kernel: 3, activation: 'relu' },
  { filters: 1, kernel: 3, activation: 'linear' },
]);

if (stay) process.on('SIGINT', () => undefined);
const engine = await createWasmEngine({ threads: 1 });
say('loaded');
const session = train(
  { training: noise(32), validation: noise(4) },
  {
    network,
    epochs: Number(epochs),
    batchSize: 4,
    lossEvery: 1,
    engine,
    folder,
    resume: true,
    checkpointMinutes: 0,
    onStep: ({ epoch, batch, batches }) => say(`step ${(epoch - 1) * batches + batch}`),
    onNote: (message) => say(`note ${message}`),
  },
);
await session.done;
say(session.state);
if (session.state === 'stopped') {
  session.resume();
  await session.done;
  say(session.state);
}
await engine.close();
