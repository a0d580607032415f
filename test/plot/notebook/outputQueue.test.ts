import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELIMITER, type Frame, OutputQueue } from '../../../src/plot/notebook/outputQueue';

const message = (type: string, content: object, parent = 'cell'): Frame[] =>
  [Buffer.from('address'), DELIMITER, 'signature'].concat(
    [{ msg_type: type }, { msg_id: parent }, {}, content].map((part) => JSON.stringify(part)) as never,
  ) as Frame[];

function collect() {
  const sent: { type: string; parent: string; content: { name: string; text: string }; signature: string }[] = [];
  const pass = async (frames: Frame[]) => {
    const [, , signature, header, parent, , content] = frames.map(String);
    sent.push({
      type: JSON.parse(header).msg_type,
      parent: JSON.parse(parent).msg_id,
      content: JSON.parse(content),
      signature,
    });
  };
  return { sent, queue: new OutputQueue(pass, (parts) => `signed ${parts.length}`) };
}

test('a burst of printed lines becomes few messages that hold all of it, in order', async () => {
  const { sent, queue } = collect();
  for (let i = 0; i < 50_000; i++) void queue.send(message('stream', { name: 'stdout', text: `line ${i}\n` }));
  void queue.send(message('status', {}));
  assert.ok(sent.length < 100, `${sent.length} messages`);
  assert.equal(sent.at(-1)!.type, 'status', 'what follows the lines stays behind them');
  const text = sent
    .slice(0, -1)
    .map(({ content }) => content.text)
    .join('');
  assert.equal(text, Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join(''));
  assert.equal(sent.at(-2)!.signature, 'signed 4');
});

test('few lines leave at once, and the last of a burst after a moment', async () => {
  const { sent, queue } = collect();
  void queue.send(message('stream', { name: 'stdout', text: 'at once' }));
  assert.equal(sent.length, 1);
  for (let i = 0; i < 40; i++) void queue.send(message('stream', { name: 'stdout', text: String(i % 10) }));
  assert.equal(sent.length, 30);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(sent.at(-1)!.content.text, '90123456789');
});

test('lines of other cells and of standard error are not mixed', async () => {
  const { sent, queue } = collect();
  for (let i = 0; i < 40; i++) void queue.send(message('stream', { name: 'stdout', text: 'a' }));
  void queue.send(message('stream', { name: 'stderr', text: 'b' }));
  void queue.send(message('stream', { name: 'stderr', text: 'c' }, 'another cell'));
  void queue.send(message('status', {}));
  const ends = sent.slice(-4).map(({ type, parent, content }) => [type, parent, content.name, content.text]);
  assert.deepEqual(ends, [
    ['stream', 'cell', 'stdout', 'a'.repeat(10)],
    ['stream', 'cell', 'stderr', 'b'],
    ['stream', 'another cell', 'stderr', 'c'],
    ['status', 'cell', undefined, undefined],
  ]);
});

test('a closed socket ends no program', async () => {
  const queue = new OutputQueue(
    () => {
      throw new Error('Socket is closed');
    },
    () => '',
  );
  await queue.send(message('status', {}));
  await queue.send(message('stream', { name: 'stdout', text: 'a' }));
});
