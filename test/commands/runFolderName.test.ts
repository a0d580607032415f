import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { defaultRunFolder } from '../../src/commands/runFolderName';

const nameOf = (data: string) => basename(defaultRunFolder('tuned', [data], 3));

test('the name of a data set or of a plain folder stands in the name of the run folder as it is', () => {
  assert.equal(defaultRunFolder('report', ['bsds500'], 2), join('results', 'runs', 'report-bsds500-x2'));
  const plain = ['sample', 'photos', 'my-photos_2', 'фото', '写真', 'ภาพถ่าย', 'चित्र', 'a-b'];
  assert.deepEqual(
    plain.map(nameOf),
    plain.map((data) => `tuned-${data}-x3`),
  );
});

test('a run on several data sets has the names of all', () => {
  assert.equal(basename(defaultRunFolder('small', ['bsds500', 't91'], 2)), 'small-bsds500+t91-x2');
});

test('folders of different names never share a run folder', () => {
  const long = 'x'.repeat(60);
  const data = [
    ...['фото', '写真', '照片', 'a b', 'a-b', 'a_b', 'a  b', 'a.b', 'a/b', '../a-b', '/a/b', '.', '..', '!', '?'],
    ...['sample', './sample', '../sample', `${long}1`, `${long}2`, `${long} 1`, '📷', '🖼', 'résumé', 'resume'],
  ];
  assert.equal(new Set(data.map(nameOf)).size, data.length);
  for (const name of data.map(nameOf)) {
    assert.match(name, /^tuned-[\p{L}\p{M}\p{N}_-]+-x3$/u);
    assert.ok(Buffer.byteLength(name) < 255, name);
  }
});

test('a folder has the same run folder whichever way it is written', () => {
  assert.equal(nameOf('photos/'), nameOf('photos'));
  assert.equal(nameOf('./photos//'), nameOf('photos'));
  assert.equal(nameOf('a b/'), nameOf('./a b'));
  assert.equal(nameOf('sample/'), nameOf('./sample'));
  assert.equal(nameOf('a b'), 'tuned-a-b-c8687a08-x3');
});
