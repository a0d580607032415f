// Two readers of event files for the tests: TensorBoard's own, and one written after the format's description.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The Python whose TensorBoard reads the files: SRCNN_TENSORBOARD_PYTHON or that of the lab's own environment;
 * undefined where there is none.
 */
function findPython(): string | undefined {
  const places = [
    process.env.SRCNN_TENSORBOARD_PYTHON,
    join(__dirname, '../../.venv/bin/python'),
    join(__dirname, '../../.venv/Scripts/python.exe'),
  ];
  return places.find((python) => {
    if (!python || !existsSync(python)) return false;
    try {
      execFileSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}
const python = findPython();
export const skip = python ? false : 'no Python with the package tensorboard: set SRCNN_TENSORBOARD_PYTHON to one';

interface Read {
  scalars: Record<string, [number, number][]>;
  /** The same, as the server finds them: it has a second reader. */
  served: Record<string, [number, number][]>;
  images: Record<string, { step: number; width: number; height: number; png: string }[]>;
}

/** What TensorBoard itself finds in a run's folder, once its reader has checked every CRC. */
export function readByTensorboard(run: string): Read {
  const program = `
import base64, glob, json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.util.tensor_util import make_ndarray
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New
folder = sys.argv[1]
for file in sorted(glob.glob(folder + '/*')):
    reader = PyRecordReader_New(file)
    while True:
        try: reader.GetNext()
        except Exception as error:
            if type(error).__name__ != 'OutOfRangeError': raise
            break
events = EventAccumulator(folder, size_guidance={'scalars': 0, 'images': 0, 'tensors': 0}).Reload()
server = plugin_event_accumulator.EventAccumulator(folder, tensor_size_guidance={'scalars': 0}).Reload()
print(json.dumps({
    'served': {tag: [[e.step, make_ndarray(e.tensor_proto).item()] for e in server.Tensors(tag)]
               for tag in server.PluginTagToContent('scalars')},
    'scalars': {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']},
    'images': {tag: [{'step': e.step, 'width': e.width, 'height': e.height,
                      'png': base64.b64encode(e.encoded_image_string).decode()}
                     for e in events.Images(tag)] for tag in events.Tags()['images']}}))`;
  return JSON.parse(
    execFileSync(python!, ['-c', program, join(run, 'tensorboard')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** The records of an event file, every length and CRC checked, by the format's description and bit by bit. */
export async function records(file: string): Promise<Buffer[]> {
  const bytes = await readFile(file);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const body = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(bytes.readUInt32LE(at + 8), masked(bytes.subarray(at, at + 8)));
    assert.equal(bytes.readUInt32LE(at + 12 + length), masked(body));
    found.push(body);
    at += 16 + length;
  }
  return found;
}

function masked(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number(((((crc >> 15n) | (crc << 17n)) & 0xffffffffn) + 0xa282ead8n) & 0xffffffffn);
}
