import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../src/training/pace';

const after = (...steps: [count: number, seconds: number][]) => {
  const pace = new Pace();
  for (const [count, seconds] of steps) for (let i = 0; i < count; i++) pace.add(seconds);
  return pace.secondsPerStep;
};
const near = (value: number | null, expected: number) =>
  assert.ok(value !== null && Math.abs(value / expected - 1) < 1e-9, `${value}, expected ${expected}`);

test('the first steps, which compile code, are no measure of the time left', () => {
  assert.equal(after([1, 6]), null);
  assert.equal(after([5, 3], [5, 0.1]), null, 'too few steps to tell');
  near(after([5, 3], [20, 0.1]), 0.1);
});

test('slow steps give an estimate after a few, and the estimate follows a change of pace', () => {
  near(after([5, 9], [2, 1.5]), 1.5);
  near(after([200, 0.1], [100, 0.4]), 0.4);
  near(after([5, 1], [50, 0.1], [50, 0.3]), 0.2);
});
