import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { controls, Strip } from '../../../src/plot/notebook/controls';
import { NoNotebookError } from '../../../src/plot/notebook/show';
import { stripPicture } from '../../../src/plot/notebook/stripPicture';
import { train } from '../../../src/training/train';
import type { TrainSession } from '../../../src/training/settings';
import { waves } from '../../training/toyPatches';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-controls-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: waves(48), validation: waves(9) };
const start = (settings: object = {}) =>
  train(data, { network: '9-1-5', border: 0, epochs: 2000, batchSize: 16, engine, learningRate: 1e-3, ...settings });
let number = 0;
const rate = (strip: Strip, value: number) => strip.wished({ wantedrate: { value, number: ++number } });
const epochs = (strip: Strip, value: number) => strip.wished({ wantedlength: { value, number: ++number } });

/** A paused run with its strip, which is stopped at the end. */
async function withStrip(act: (strip: Strip, session: TrainSession) => void | Promise<void>, settings: object = {}) {
  const session = start(settings);
  try {
    await act(new Strip(session), session);
  } finally {
    await Promise.all([session, ...session.forks].map((each) => each.stop()));
  }
}

test('the slider sets the rate and the field the epochs, and the strip answers which wish it has heard', () =>
  withStrip((strip, session) => {
    rate(strip, 3.2e-4);
    epochs(strip, 500);
    assert.equal(session.learningRate, 3.2e-4);
    assert.equal(session.epochs, 500);
    const { answered, remark, question } = strip.look();
    assert.deepEqual(
      { answered, remark, question },
      { answered: { rate: number - 1, length: number }, remark: '', question: '' },
    );
  }));

test('buttons do what they say, and say why where they cannot', () =>
  withStrip(async (strip, session) => {
    strip.press('pause');
    strip.press('pause');
    assert.equal(session.state, 'paused');
    assert.deepEqual(strip.look().useful, ['resume', 'stop', 'fork']);
    strip.press('resume');
    strip.press('resume');
    assert.equal(session.state, 'running');
    assert.equal(strip.look().remark, '');
    strip.press('stop');
    await session.done;
    assert.equal(session.state, 'stopped');
    strip.press('pause');
    assert.match(strip.look().remark, /nothing to pause: the run is stopped/);
    strip.press('stop');
    assert.match(strip.look().remark, /nothing to stop: the run is stopped/);
  }));

test('a rate of 0, one that is no number, and half an epoch are refused with a word, and the next wish clears it', () =>
  withStrip((strip, session) => {
    rate(strip, 0);
    assert.match(strip.look().remark, /learningRate is 0; use a number above 0/);
    rate(strip, NaN);
    assert.match(strip.look().remark, /learningRate is NaN; use a number above 0/);
    rate(strip, -1);
    assert.match(strip.look().remark, /learningRate is -1; use a number above 0/);
    epochs(strip, 2.5);
    assert.match(strip.look().remark, /epochs is 2.5; use a whole number above 0/);
    assert.equal(session.learningRate, 1e-3);
    assert.equal(session.epochs, 2000);
    rate(strip, 2e-3);
    assert.equal(strip.look().remark, '');
  }));

test('a thousandfold jump is set only when it is confirmed, and another wish forgets it', () =>
  withStrip((strip, session) => {
    rate(strip, 1);
    assert.match(strip.look().question, /^1 is 1,000 times as large as the rate of now, 0.001/);
    rate(strip, 1e-6);
    assert.match(strip.look().question, /^0.000001 is 1,000 times as small/);
    assert.equal(session.learningRate, 1e-3);
    strip.press('set it');
    assert.equal(session.learningRate, 1e-6);
    rate(strip, 1);
    rate(strip, 2e-6);
    strip.press('set it');
    assert.equal(session.learningRate, 2e-6);
  }));

test('rates of single layers keep their ratios', () =>
  withStrip(
    (strip, session) => {
      assert.equal(strip.look().rate, 1e-3);
      rate(strip, 2e-3);
      assert.deepEqual(session.learningRate, [2e-3, 2e-3, 2e-4]);
    },
    { learningRate: [1e-3, 1e-3, 1e-4] },
  ));

test('why a run failed stands in the strip', async () => {
  const session = start({ learningRate: 1e30 });
  const strip = new Strip(session);
  await assert.rejects(session.done);
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(strip.look().remark, /the loss became .*lower learningRate/);
  assert.deepEqual(strip.look().useful, ['resume']);
});

test('the strip of a finished run says so, and how to train on', async () => {
  const session = start({ epochs: 1 });
  const strip = new Strip(session);
  await session.done;
  assert.equal(strip.look().words, 'finished after 1 epoch');
  strip.press('resume');
  assert.match(strip.look().remark, /finished. To train on, raise epochs/);
});

test('the button fork makes a run beside this one at the rate in the field, and the strip says where it runs', () =>
  withStrip(
    async (strip, session) => {
      session.pause();
      strip.press('fork', 3e-4);
      strip.press('fork');
      assert.deepEqual(
        session.forks.map((fork) => [fork.learningRate, fork.folder]),
        [
          [3e-4, join(folder, 'forked-fork')],
          [1e-3, join(folder, 'forked-fork-2')],
        ],
      );
      assert.equal(session.learningRate, 1e-3);
      const [first, second] = strip.look().forks;
      assert.equal(
        first,
        `fork in ${join(folder, 'forked-fork')} at learning rate 0.0003: running; ` +
          'controls(session.forks[0]) shows its strip',
      );
      assert.match(second, /forked-fork-2 at learning rate 0.001: running; controls\(session.forks\[1\]\)/);
      await session.forks[0].stop();
      assert.match(strip.look().forks[0], /: stopped;/);
    },
    { folder: join(folder, 'forked') },
  ));

test('a fork at a rate of 0, or one that is no number, is refused; a thousandfold jump is asked about first', () =>
  withStrip((strip, session) => {
    strip.press('fork', 0);
    assert.match(strip.look().remark, /learningRate is 0; use a number above 0/);
    strip.press('fork', NaN);
    assert.match(strip.look().remark, /learningRate is NaN; use a number above 0/);
    strip.press('fork', 2);
    const { question, yes, remark } = strip.look();
    assert.deepEqual(
      [question, yes, remark],
      ['2 is 2,000 times as large as the rate of now, 0.001.', 'fork with it', ''],
    );
    assert.equal(session.forks.length, 0);
    strip.press('set it');
    strip.press('fork', 2);
    strip.press('fork with it');
    assert.deepEqual([session.forks.length, session.forks[0].learningRate, session.learningRate], [1, 2, 1e-3]);
    assert.match(strip.look().forks[0], /^fork in memory at learning rate 2/);
  }));

test('a fork keeps the ratios between the rates of single layers', () =>
  withStrip(
    (strip, session) => {
      strip.press('fork', 2e-3);
      strip.press('fork');
      assert.deepEqual(session.forks[0].learningRate, [2e-3, 2e-3, 2e-4]);
      assert.deepEqual(session.forks[1].learningRate, [1e-3, 1e-3, 1e-4]);
    },
    { learningRate: [1e-3, 1e-3, 1e-4] },
  ));

test('a fork of a run that has finished or failed is a word in the strip', async () => {
  const finished = start({ epochs: 1 });
  const failed = start({ learningRate: 1e30 });
  await Promise.allSettled([finished.done, failed.done]);
  for (const session of [finished, failed]) {
    const strip = new Strip(session);
    strip.press('fork', 3e-4);
    assert.match(
      strip.look().remark,
      new RegExp(`a run that has ${session.state} cannot be forked; start another one`),
    );
    assert.deepEqual([strip.look().useful.includes('fork'), strip.look().forks], [false, []]);
  }
});

test('why a fork failed stands in the strip of the run that it comes from', () =>
  withStrip(async (strip, session) => {
    const fork = session.fork({ learningRate: 1e30 });
    await assert.rejects(fork.done);
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(strip.look().remark, /^The fork in memory failed: the loss became/);
    assert.match(strip.look().forks[0], /: failed;/);
  }));

test('the picture of the strip shows where its forks run', () => {
  const state = { rate: 1e-3, least: 1e-6, most: 1e-2, unit: 'epochs', length: 5, words: 'paused' };
  const buttons = ['pause', 'resume', 'stop', 'fork'];
  const heightOf = (forks: string[]) => {
    const { html } = stripPicture({ ...state, forks }, buttons);
    const [, source] = /base64,([^"]+)"/.exec(html)!;
    return Number(/height="(\d+)"/.exec(Buffer.from(source, 'base64').toString())![1]);
  };
  const { text } = stripPicture({ ...state, forks: ['fork in runs/a-fork'] }, buttons);
  assert.equal(text, 'training controls: learning rate 0.001, 5 epochs; paused; fork in runs/a-fork');
  assert.ok(heightOf(['a', 'b']) > heightOf(['a']) && heightOf(['a']) > heightOf([]));
});

test('outside of a notebook there are no controls', () =>
  withStrip((_, session) => assert.throws(() => controls(session), NoNotebookError)));

test('a run by minutes has its minutes in the strip', () =>
  withStrip(
    (strip, session) => {
      assert.deepEqual([strip.look().unit, strip.look().length], ['minutes', 30]);
      epochs(strip, 12.5);
      assert.equal(session.minutes, 12.5);
    },
    { minutes: 30 },
  ));
