import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as lab from '../../src/index';

test('README has one line for each export except error classes, and no line for anything else', () => {
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  const section = readme.split('### What the package exports\n')[1].split('\n## ')[0];
  const listed = [...section.matchAll(/^- `(\w+)`: \S/gm)].map(([, name]) => name);
  const exported = Object.keys(lab).filter((name) => !name.endsWith('Error'));
  assert.deepEqual(listed.sort(), exported.sort());
});
