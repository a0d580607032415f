import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { planUpscale } from '../../src/commands/upscalePlan';
import { ImageFileError, OptionError, WriteError } from '../../src/errors';
import { writeImage } from '../../src/image/files';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-paths-'));
const inside = (...names: string[]) => join(folder, ...names);
after(() => rmSync(folder, { recursive: true }));
const onUnix = { skip: process.platform === 'win32' };
const cli = join(__dirname, '..', '..', 'dist', 'cli.js');
const env = { ...process.env, SRCNN_ENGINE: 'wasm' };

before(async () => {
  mkdirSync(inside('photos'));
  await writeImage(inside('photos', 'a.png'), goldenImage());
  await writeImage(inside('photos', 'b.jpg'), goldenImage());
});

/** Runs `srcnn WORDS` in the temporary folder; standard output as bytes. */
function srcnn(words: string[], input?: Buffer) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], { cwd: folder, env, input });
  return { status, stdout, stderr: stderr.toString() };
}

test('no enlargement goes where an original lies, whichever links and names lead there', onUnix, async () => {
  const [a, b] = [inside('photos', 'a.png'), inside('photos', 'b.jpg')];
  symlinkSync('photos', inside('link'));
  symlinkSync('photos/a.png', inside('a.png'));
  linkSync(a, inside('hard.png'));
  mkdirSync(inside('out'));
  symlinkSync('../photos/b.jpg', inside('out', 'a.png'));
  const before = [a, b].map((file) => readFileSync(file));
  for (const [inputs, out] of [
    [[inside('photos')], inside('link')],
    [[inside('link')], inside('photos')],
    [[inside('link', 'a.png')], a],
    [[a], inside('a.png')],
    [[inside('a.png')], a],
    [[a], inside('hard.png')],
    [[a], inside('link', '..', 'photos')],
    [[a, b], inside('out')],
  ] as const)
    await assert.rejects(planUpscale(inputs, out), OptionError, `${inputs.join(' ')} to ${out}`);
  const { status, stderr } = srcnn(['upscale', 'photos', 'link', '--force']);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^OptionError: photos\/a\.png would be replaced by its enlargement \(link\/a\.png leads to it\)/,
  );
  assert.deepEqual(
    [a, b].map((file) => readFileSync(file)),
    before,
  );
});

test('a path that leads nowhere is named with what is wrong with it, before anything is done', async () => {
  const message = (expected: RegExp) => (error: Error) =>
    error instanceof ImageFileError && expected.test(error.message);
  const out = inside('made');
  await assert.rejects(planUpscale(['fotoz'], out), message(/^fotoz: no such file or folder$/));
  await assert.rejects(planUpscale(['x', 'y.png'], out), message(/^x: no such.*; y\.png: no such/));
  const below = inside('photos', 'a.png', 'b.png');
  await assert.rejects(planUpscale([below], out), message(/a part of its path is a file/));
  await assert.rejects(planUpscale([inside('photos', 'a.png')], inside('photos', 'b.jpg', 'out')), WriteError);
  assert.deepEqual(readdirSync(folder).includes('made'), false);
});

test(
  'an OUT that is a file without the name of a picture, or a picture in a folder of ' + 'that name, is refused',
  async () => {
    const a = inside('photos', 'a.png');
    writeFileSync(inside('notes'), 'mine');
    await assert.rejects(planUpscale([a], inside('notes')), OptionError);
    copyFileSync(a, inside('nameless'));
    await assert.rejects(
      planUpscale([inside('nameless')], inside('made')),
      /name the output file, such as .*nameless\.png/,
    );
    assert.deepEqual(await planUpscale([inside('nameless')], inside('c.png')), [
      { input: inside('nameless'), output: inside('c.png') },
    ]);
    assert.deepEqual(await planUpscale([a], inside('c.png/')), [{ input: a, output: join(inside('c.png'), 'a.png') }]);
  },
);

test('other files beside the readable pictures of a folder are named; .jfif is a JPEG', onUnix, async () => {
  mkdirSync(inside('mixed', 'sub'), { recursive: true });
  copyFileSync(inside('photos', 'a.png'), inside('mixed', 'a.png'));
  copyFileSync(inside('photos', 'b.jpg'), inside('mixed', 'd.jfif'));
  for (const name of ['b.gif', 'c.AVIF', 'notes.txt']) writeFileSync(inside('mixed', name), '');
  symlinkSync('nowhere', inside('mixed', 'lost.png'));
  spawnSync('mkfifo', [inside('mixed', 'pipe.png')]);
  for (const words of [
    ['upscale', 'mixed', 'large'],
    ['evaluate', 'mixed'],
  ]) {
    const { status, stderr } = srcnn(words);
    assert.equal(status, 0, stderr);
    assert.deepEqual(stderr.trim().split('\n'), [
      'skipped mixed/b.gif: GIF is not read; save it as PNG, JPEG, WebP, TIFF or BMP',
      'skipped mixed/c.AVIF: AVIF is not read; save it as PNG, JPEG, WebP, TIFF or BMP',
      'skipped mixed/lost.png: it is a link to nowhere, which is not there',
      'skipped mixed/pipe.png: it is a pipe or device, not a file',
      'skipped in mixed, as not pictures by their names: notes.txt, sub',
    ]);
  }
  assert.deepEqual(readdirSync(inside('large')), ['a.png', 'd.jfif']);
  assert.equal((await sharp(inside('large', 'd.jfif')).metadata()).format, 'jpeg');
  const { status, stderr } = srcnn(['upscale', inside('mixed', 'pipe.png'), 'p.png']);
  assert.equal(status, 1);
  assert.match(stderr, /pipe\.png: it is a pipe or device, not a file; pipe it in and give - instead/);
});

test("- and /dev/stdout get the picture and nothing else, in the input's kind or as PNG", onUnix, async () => {
  const bytes = readFileSync(inside('photos', 'b.jpg'));
  for (const [words, format, input] of [
    [['photos/b.jpg', '-'], 'jpeg', undefined],
    [['photos/a.png', '/dev/stdout'], 'png', undefined],
    [['-', '-'], 'png', bytes],
    [['/dev/stdin', '-'], 'png', bytes],
  ] as const) {
    const { status, stdout, stderr } = srcnn(['upscale', ...words], input);
    assert.equal(status, 0, stderr);
    const about = await sharp(stdout).metadata();
    assert.deepEqual([about.format, about.width], [format, 111]);
  }
  assert.equal(srcnn(['upscale', '-', 'piped.tif'], bytes).status, 0);
  assert.equal((await sharp(inside('piped.tif')).metadata()).width, 111);
  assert.match(srcnn(['upscale', 'photos', '-']).stderr, /OptionError: - takes one picture, but there are several/);
  assert.match(srcnn(['upscale', '-', 'x.png'], Buffer.alloc(0)).stderr, /it is empty/);
});

test('a name of 250 bytes is kept, and an enlargement to a link goes to where the link leads', onUnix, async () => {
  const name = `${'あ'.repeat(82)}.png`;
  copyFileSync(inside('photos', 'a.png'), inside(name));
  symlinkSync(join('wide', name), inside('target.png'));
  assert.equal(srcnn(['upscale', name, 'wide']).status, 0);
  assert.equal(srcnn(['upscale', 'photos/b.jpg', 'target.png', '--force', '-s', '2']).status, 0);
  assert.deepEqual(readdirSync(inside('wide')), [name]);
  assert.ok(lstatSync(inside('target.png')).isSymbolicLink());
  assert.equal((await sharp(inside('wide', name)).metadata()).width, 74);
});

test('an enlargement that no file of its kind holds is refused with its size, before the picture is read', async () => {
  // The end of the file is missing: reading it would be refused for that.
  const whole = await sharp({ create: { width: 6000, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  writeFileSync(inside('wide.png'), whole.subarray(0, -20));
  const { stderr } = srcnn(['upscale', 'wide.png', 'wide.webp']);
  assert.match(stderr, /18000x27 is more than the 16383 pixels per side that \.webp can hold; use \.png or \.tif/);
  whole.writeUInt32BE(60000, 16);
  whole.writeUInt32BE(50000, 20);
  whole.writeUInt32BE(crc32(whole.subarray(12, 29)), 29);
  writeFileSync(inside('huge.png'), whole);
  assert.match(
    srcnn(['upscale', 'huge.png', 'x.png']).stderr,
    /60000x50000 pixels, 3000 million; up to 268 million are read/,
  );
});

test('Ctrl-C and the end of a terminal leave no half-written file, and say how far it came', onUnix, async () => {
  mkdirSync(inside('stopped'));
  // Wide enough to be written strip by strip, which begins with a file of the samples.
  await sharp({ create: { width: 9000, height: 9000, channels: 3, background: 'red' } })
    .png()
    .toFile(inside('big.png'));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    const child = spawn(process.execPath, [cli, 'upscale', 'big.png', 'stopped/big.png'], { cwd: folder, env });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    const end = new Promise((resolve) => child.on('exit', resolve));
    while (readdirSync(inside('stopped')).length === 0 && child.exitCode === null) await sleep(20);
    assert.equal(readdirSync(inside('stopped')).length, 1, said);
    child.kill(signal);
    assert.equal(await end, code);
    assert.match(said, /interrupted; 0 of 1 pictures are enlarged/);
    assert.deepEqual(readdirSync(inside('stopped')), []);
  }
});

test(
  'a reader that goes away ends no batch and sees no stack trace; a full device is reported once',
  onUnix,
  async () => {
    const shell = (command: string) =>
      new Promise<{ code: number; stderr: string }>((resolve) =>
        execFile('bash', ['-c', command, process.execPath, cli], { cwd: folder, env }, (error, _, stderr) =>
          resolve({ code: Number(error?.code ?? 0), stderr }),
        ),
      );
    const closed = '(sleep 0.1; exec <&-)';
    const listed = await shell(`"$0" "$1" data list | ${closed}; exit \${PIPESTATUS[0]}`);
    assert.deepEqual(listed, { code: 0, stderr: '' });
    const batch = await shell(`"$0" "$1" upscale photos closed | ${closed}; exit \${PIPESTATUS[0]}`);
    assert.deepEqual(batch, { code: 0, stderr: '' });
    assert.deepEqual(readdirSync(inside('closed')), ['a.png', 'b.jpg']);
    if (process.platform !== 'linux') return;
    const full = await shell('"$0" "$1" upscale photos full > /dev/full');
    assert.equal(full.code, 1);
    assert.match(
      full.stderr,
      /^standard output cannot be written \(the disk is full\); the work continues without it\n$/,
    );
    assert.deepEqual(readdirSync(inside('full')), ['a.png', 'b.jpg']);
  },
);

test('a folder of the user with the name of a data set is mentioned, and reached with ./', async () => {
  mkdirSync(inside('set5'));
  mkdirSync(inside('sample'));
  copyFileSync(inside('photos', 'a.png'), inside('sample', 'a.png'));
  assert.match(srcnn(['evaluate', 'sample']).stderr, /for the folder sample here, write \.\/sample/);
  const { stdout, stderr } = srcnn(['evaluate', './sample']);
  assert.deepEqual([stderr, /1 images/.test(stdout.toString())], ['', true]);
});

/** The checksum of a PNG's chunk. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

test(
  'a link into a folder that is not there makes it; a circle of links, and a closed pipe, are called that',
  onUnix,
  () => {
    symlinkSync(join('yet', 'to', 'come.png'), inside('soon.png'));
    assert.equal(srcnn(['upscale', 'photos/b.jpg', 'soon.png', '-s', '2']).status, 0);
    assert.deepEqual(readdirSync(inside('yet', 'to')), ['come.png']);
    symlinkSync('circle2.png', inside('circle1.png'));
    symlinkSync('circle1.png', inside('circle2.png'));
    const { status, stderr } = srcnn(['upscale', 'photos/b.jpg', 'circle1.png']);
    assert.equal(status, 1);
    assert.equal(
      stderr.trim(),
      'WriteError: cannot write circle1.png: its path has a link that leads back to itself; name another place',
    );
    const piped = spawnSync('bash', ['-c', '"$@" upscale photos/a.png - | true', 'bash', process.execPath, cli], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.match(piped.stderr, /cannot write the image -: the program that reads it has ended\n$/);
  },
);

test('a background that is not opaque is refused, as it would come out black', () => {
  const { status, stderr } = srcnn(['upscale', 'photos/a.png', 'clear.jpg', '--background', 'transparent']);
  assert.deepEqual([status, existsSync(inside('clear.jpg'))], [1, false]);
  assert.match(stderr, /^OptionError: the background "transparent" lets light through/);
});
