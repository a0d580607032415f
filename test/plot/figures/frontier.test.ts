import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../../src/errors';
import { frontier, type FrontierPoint } from '../../../src/plot/figures/frontier';
import { figureSvg } from '../../../src/plot/picture';

const point = (name: string, gain: number, rest: Partial<FrontierPoint> = {}): FrontierPoint => ({
  name,
  kind: 'run',
  gain,
  multiplyAdds: 1000,
  minutes: null,
  milliseconds: null,
  ...rest,
});

test('each network is a point with its name, runs apart from published ones, on a logarithmic axis', async () => {
  const points = [
    point('small', 2, { multiplyAdds: 1200 }),
    point('large', 2.9, { multiplyAdds: 9000, minutes: 60 }),
    point('theirs', 2.5, { multiplyAdds: 5000, kind: 'published' }),
  ];
  const { data, layout } = frontier(points);
  assert.deepEqual(
    data.map(({ x, y, text }) => [x, y, text]),
    [
      [
        [1200, 9000],
        [2, 2.9],
        ['small', 'large'],
      ],
      [[5000], [2.5], ['theirs']],
    ],
  );
  assert.equal((layout.xaxis as { type: string }).type, 'log');
  assert.deepEqual(
    frontier(points, 'minutes').data.map(({ text }) => text),
    [['large']],
  );
  const svg = await figureSvg(frontier(points));
  for (const name of ['small', 'large', 'theirs', 'trained here', 'as published']) assert.ok(svg.includes(name), name);
});

test('a name stands on the side where it covers no other mark or name', () => {
  const points = [
    point('left', 2, { multiplyAdds: 1000 }),
    point('right', 2, { multiplyAdds: 1100 }),
    point('far', 3, { multiplyAdds: 10000 }),
  ];
  const [{ textposition }] = frontier(points).data as { textposition: string[] }[];
  assert.deepEqual(textposition, ['middle left', 'middle right', 'middle right']);
});

test('a cost that no point has is refused by name', () => {
  assert.throws(
    () => frontier([point('a', 2)], 'minutes'),
    (error: Error) => error instanceof OptionError && /no point has minutes/.test(error.message),
  );
});
