// One training step on the engine "tensorflow" beside the plain way to write it in tfjs-node, in turns:
//   node --import tsx bench/tensorflowStep.ts [ROUNDS]
import type * as tfjs from '@tensorflow/tfjs';
import { createTensorflowEngine } from 'srcnn-lab/dist/engine/tensorflow/tensorflow';
import { interleave, timed } from './measure';
import { BATCH, noise, PATCH, trainingStep } from './work';

/** 9-1-7 as TensorFlow.js's own documentation would have it: conv2d, variables, automatic gradients, its Adam. */
function plainStep(tf: typeof tfjs): () => Promise<number> {
  const shape: [number, number, number, number] = [BATCH, PATCH, PATCH, 1];
  const [input, target] = [
    tf.tensor4d(noise(BATCH * PATCH ** 2), shape),
    tf.tensor4d(noise(BATCH * PATCH ** 2), shape),
  ];
  const layers = (
    [
      [9, 1, 64],
      [1, 64, 32],
      [7, 32, 1],
    ] as const
  ).map(([kernel, inputs, filters]) => ({
    weights: tf.variable(tf.randomNormal<tfjs.Rank.R4>([kernel, kernel, inputs, filters], 0, 0.05)),
    bias: tf.variable(tf.zeros<tfjs.Rank.R1>([filters])),
  }));
  const optimizer = tf.train.adam(1e-3);
  const loss = () => {
    let x: tfjs.Tensor4D = input;
    for (const [index, { weights, bias }] of layers.entries()) {
      const sums = tf.add<tfjs.Tensor4D>(tf.conv2d(x, weights as unknown as tfjs.Tensor4D, 1, 'same'), bias);
      x = index < layers.length - 1 ? tf.relu(sums) : sums;
    }
    return tf.mean(tf.squaredDifference(x, target)) as tfjs.Scalar;
  };
  return async () => {
    await tf.setBackend('tensorflow');
    const value = optimizer.minimize(loss, true)!;
    const [result] = await value.data();
    value.dispose();
    return result;
  };
}

async function measure(rounds: number): Promise<void> {
  const engine = await createTensorflowEngine();
  const tf = (await import('@tensorflow/tfjs-node-gpu')) as unknown as typeof tfjs;
  const [ours, plain] = [trainingStep(engine), plainStep(tf)];
  const found = await interleave(
    [
      { name: 'ours', run: () => timed(ours) },
      { name: 'plain', run: () => timed(plain) },
    ],
    { rounds, warmUps: 3, onNote: console.error },
  );
  const [{ ms: oursMs }, { ms: plainMs }] = [found.get('ours')!, found.get('plain')!];
  console.log(
    `a training step on ${engine.description}: ${oursMs.toFixed(0)} ms; tfjs-node's own conv2d graph: ` +
      `${plainMs.toFixed(0)} ms; ratio ${(oursMs / plainMs).toFixed(2)} (at most 1.1)`,
  );
  await engine.close();
}

void measure(Number(process.argv[2] ?? 15));
