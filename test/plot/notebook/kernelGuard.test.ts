import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

// What the lab says of a kernel that is not built as it expects: one line with the reason.

const folder = mkdtempSync(join(tmpdir(), 'srcnn-guard-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** The parts of tslab and zeromq that live displays need. */
write('node_modules/tslab/package.json', '{ "version": "1.0.22" }');
write(
  'node_modules/tslab/dist/jupyter.js',
  `const { createHmac } = require('node:crypto');
const { Publisher } = require('zeromq');
const socket = new Publisher();
exports.ZmqServer = class { async handleShellMessage() {} };
exports.lastWriteDisplayData = ({ data, metadata, transient }) => {
  const all = [{ msg_type: 'display_data' }, {}, {}, { data, metadata, transient }];
  const parts = all.map((part) => JSON.stringify(part));
  const signature = parts.reduce((hash, part) => hash.update(part), createHmac('sha256', 'the key')).digest('hex');
  socket.send(['display_data', '<IDS|MSG>', signature, ...parts]);
};`,
);
write('node_modules/zeromq/index.js', 'exports.Publisher = class { async send() {} };');
write('connection.json', '{ "key": "the key" }');
write('other.json', '{ "key": "another key" }');

/** Joins that kernel after `fault` was done to it, and gives what is said. */
function joined(fault = '', args = [`--config-path=${join(folder, 'connection.json')}`]): string {
  const source = join(__dirname, '../../../src/plot/notebook/kernel.ts');
  const program = `const tslab = require(${JSON.stringify(join(folder, 'node_modules/tslab/dist/jupyter.js'))});
const { Publisher } = require(${JSON.stringify(join(folder, 'node_modules/zeromq'))});
${fault}
const { joinKernel } = require(${JSON.stringify(source)});
try { joinKernel(); console.log('joined'); }
catch (error) { console.log(error.constructor.name + ': ' + error.message); }`;
  write('program.cjs', program);
  // A kernel has a session of its own, whose priority it lowers.
  const options = { encoding: 'utf8', detached: true } as const;
  const command = ['--import', 'tsx', join(folder, 'program.cjs'), ...args];
  const { stdout, stderr } = spawnSync(process.execPath, command, options);
  assert.equal(stderr, '');
  return stdout.trim();
}

const said = (reason: string) =>
  `NoLiveDisplayError: no live displays with tslab 1.0.22, only 1.0.22 was tried: ${reason}`;

test('a kernel that is built as expected is joined', () => assert.equal(joined(), 'joined'));

for (const [title, reason, fault, args] of [
  [
    'whose method has another name',
    'ZmqServer.handleShellMessage is missing',
    'delete tslab.ZmqServer.prototype.handleShellMessage;',
  ],
  ['without its server', 'ZmqServer.handleShellMessage is missing', 'delete tslab.ZmqServer;'],
  ['that was started in another way', 'its command line has no --config-path', '', []],
  [
    'in which no cell has run',
    'no cell has run yet, or outputs are sent in another way',
    'tslab.lastWriteDisplayData = null;',
  ],
  [
    'that sends outputs by another method',
    'no cell has run yet, or outputs are sent in another way',
    'tslab.lastWriteDisplayData = () => {};',
  ],
  [
    'that sends something else',
    'messages are signed in another way',
    "tslab.lastWriteDisplayData = () => new Publisher().send(['a', 'b']);",
  ],
  [
    'that signs with another key',
    'messages are signed in another way',
    '',
    [`--config-path=${join(folder, 'other.json')}`],
  ],
] as const)
  test(`a kernel ${title} is refused in one line`, () => assert.equal(joined(fault, args && [...args]), said(reason)));

test('a kernel whose key is not where it should be is refused in one line that names the file', () => {
  const missing = join(folder, 'missing.json');
  const answer = joined('', [`--config-path=${missing}`]);
  assert.ok(answer.startsWith(said('')) && answer.includes(missing), answer);
  assert.equal(answer.split('\n').length, 1);
});
