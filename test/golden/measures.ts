import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SceneName } from './scenes';

/** Values of other programs for the pictures of scenes.ts, by the name of the picture and of the value. */
export type GoldenScores = Record<SceneName, Record<string, number>>;

/** Reads what a script in this folder has written. */
export const goldenScores = (file: string): GoldenScores => JSON.parse(readFileSync(join(__dirname, file), 'utf8'));

/** Whether a value is the expected one within a part of it. */
export const near = (value: number, expected: number, tolerance: number, what = 'the value') =>
  assert.ok(Math.abs(value - expected) <= tolerance * Math.abs(expected), `${what} is ${value}, not ${expected}`);
