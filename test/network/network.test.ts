import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, UnknownNameError } from '../../src/errors';
import { networkNamed, networkNames } from '../../src/network/families/families';
import { chain } from '../../src/network/families/srcnn';
import { reachOf } from '../../src/network/geometry';
import { initialize } from '../../src/network/initialize';
import { checkNetwork, type Layer, type Network } from '../../src/network/network';
import { countWeights, layerSlices, tensors } from '../../src/network/parameters';

/** Two convolutions with a skip on the small picture, x2. */
const toy = (...layers: Layer[]): Network => ({ name: 'toy', channels: 1, reads: 'small', scale: 2, layers });
const convolution = (filters: number, kernel = 3): Layer => ({
  kind: 'convolution',
  filters,
  kernel,
  activation: 'prelu',
});
const shuffle: Layer = { kind: 'shuffle', factor: 2 };

test('every network with a name fits together, for each scale and for luminance and RGB', () => {
  for (const name of [...networkNames, '9-1-7-residual', 'plain-7x3'])
    for (const scale of [2, 3, 4])
      for (const channels of [1, 3] as const) {
        const network = networkNamed(name, { scale, channels });
        checkNetwork(network);
        assert.deepEqual([network.name, network.channels], [name, channels]);
      }
  assert.throws(() => networkNamed('9-1-6'), UnknownNameError);
  assert.throws(() => networkNamed('plain-0x6'), UnknownNameError);
});

test('the weights are as many as the papers say, and biases and slopes beside them', () => {
  const kernels = (name: string) =>
    layerSlices(networkNamed(name)).reduce((sum, { kernelStart, biasStart }) => sum + biasStart - kernelStart, 0);
  assert.equal(kernels('9-5-5'), 57184, 'Dong et al. 2015, table 3');
  assert.equal(kernels('9-1-5'), 8032);
  assert.equal(kernels('fsrcnn'), 12464, 'Dong et al. 2016, table 1');
  assert.equal(countWeights(networkNamed('plain-32x6')), 49353);
  assert.equal(countWeights(networkNamed('plain-16x5')), 10825);
  assert.equal(countWeights(networkNamed('ecbsr-m4c16')), 10825, 'the same at use');
  const rgb = (name: string) => countWeights(networkNamed(name, { channels: 3 }));
  assert.equal(rgb('esrcnn'), 89795, 'as counted in the published models');
  assert.equal(rgb('dsrcnn'), 117379);
  assert.equal(countWeights(networkNamed('vgg7')), 287585);
});

test('an output depends on as many pixels as the kernels reach, in pixels of what the network reads', () => {
  assert.deepEqual(
    ['9-1-7', '9-5-5', 'plain-32x6', 'espcn', 'esrcnn'].map((name) => reachOf(networkNamed(name))),
    [7, 8, 7, 4, 8],
  );
  assert.equal(reachOf(networkNamed('fsrcnn', { scale: 3 })), 2 + 4 + 1);
});

test('tensors have PyTorch names and shapes, one after the other without a gap', () => {
  const all = tensors(networkNamed('fsrcnn'));
  assert.deepEqual(
    all.slice(0, 3).map(({ name, shape }) => [name, shape]),
    [
      ['conv1.weight', [56, 1, 5, 5]],
      ['conv1.bias', [56]],
      ['prelu1.weight', [56]],
    ],
  );
  assert.deepEqual(all.at(-2)!.shape, [56, 1, 9, 9]);
  assert.equal(all.at(-2)!.name, 'deconv1.weight');
  all.reduce((end, tensor) => {
    assert.equal(tensor.start, end, tensor.name);
    return tensor.end;
  }, 0);
});

test('layers that do not fit are refused, and the message says which and why', () => {
  const refused: [Network, RegExp][] = [
    [toy(convolution(4, 2), shuffle), /layer 1: kernel is 2; use an odd/],
    [toy(convolution(0), shuffle), /layer 1: filters is 0/],
    [toy(convolution(3), shuffle), /layer 2: a shuffle by 2 needs a multiple of 4 planes, but gets 3/],
    [toy(shuffle, convolution(4)), /layer 1: a shuffle by 2 needs/],
    [toy(convolution(4), shuffle, convolution(1)), /layer 2: a shuffle must be the last layer/],
    [toy(convolution(4), { kind: 'add', layer: 1 }, shuffle), /layer 2: it adds layer 1; use 'input', or the index/],
    [toy(convolution(3), convolution(4), { kind: 'add', layer: 0 }, shuffle), /it adds 3 planes .* to 4/],
    [toy(convolution(4)), /the last layer must have 1 filter/],
    [{ ...toy(convolution(9), { kind: 'shuffle', factor: 3 }) }, /enlarge 3 times, but the network says scale 2/],
    [{ ...toy(convolution(4), shuffle), reads: 'enlarged' }, /reads the enlarged picture has scale 1, not 2/],
    [toy({ ...convolution(4), activation: 'swish' } as unknown as Layer, shuffle), /activation is swish; use one of/],
    [toy({ kind: 'pool' } as unknown as Layer), /kind is pool; use convolution/],
    [toy({ kind: 'parallel', filters: 4, kernels: [], activation: 'relu' }), /layer 1: kernels is \[\]; give a list/],
    [toy({ kind: 'parallel', filters: 4, kernels: [3, 2], activation: 'relu' }), /layer 1: kernel is 2; use an odd/],
    [toy(), /layers is empty/],
  ];
  for (const [network, message] of refused)
    assert.throws(
      () => initialize(network),
      (error: Error) => error instanceof OptionError && message.test(error.message),
      String(message),
    );
  checkNetwork(toy(convolution(4), convolution(4), { kind: 'add', layer: 0 }, shuffle));
});

test('slopes of a PReLU begin at a quarter, and a chain is named after its kernels', () => {
  const { weights, network } = initialize(toy(convolution(4), shuffle));
  const [{ slopeStart, end }] = layerSlices(network);
  assert.deepEqual([...weights.subarray(slopeStart, end)], [0.25, 0.25, 0.25, 0.25]);
  assert.equal(chain([{ filters: 1, kernel: 5, activation: 'linear' }]).name, '5');
});

test('the last layer before the input is added begins a hundred times weaker than others', () => {
  const last = (name: string, initialization?: 'gaussian') => {
    const { network, weights } = initialize(name, { initialization });
    const { kernelStart, biasStart, inputs, kernel } = layerSlices(network).at(-1)!;
    const kernels = weights.subarray(kernelStart, biasStart);
    const deviation = Math.sqrt(kernels.reduce((sum, weight) => sum + weight ** 2, 0) / kernels.length);
    return deviation / (initialization ? 0.001 : Math.sqrt(2 / (inputs * kernel ** 2)));
  };
  const near = (value: number, expected: number) => assert.ok(Math.abs(value / expected - 1) < 0.1, String(value));
  near(last('plain-32x6'), 0.01);
  near(last('9-1-7-residual'), 0.01);
  near(last('espcn'), 1);
  near(last('9-1-7'), 1);
  near(last('plain-32x6', 'gaussian'), 1);
});
