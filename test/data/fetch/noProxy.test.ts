import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { create } from 'tar';

const pictures = ['baby', 'bird', 'butterfly', 'head', 'woman'];
const asked: string[] = [];
let archive: Buffer;
/** Answers as the proxy and as the server: a proxy is asked for whole addresses, a server for paths. */
const server = createServer(({ url }, response) => {
  asked.push(url!);
  response.end(archive);
});
// Nothing beyond this machine is reached.
server.on('connect', ({ url }, socket) => {
  asked.push(`CONNECT ${url}`);
  socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
});
let folder: string;
let address: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-no-proxy-'));
  await mkdir(join(folder, 'Set5_HR'));
  for (const name of pictures) await writeFile(join(folder, 'Set5_HR', `${name}.png`), name);
  await create({ file: join(folder, 'Set5_HR.tar.gz'), cwd: folder, gzip: true }, ['Set5_HR']);
  archive = await readFile(join(folder, 'Set5_HR.tar.gz'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (asked.length = 0));
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

interface Fetched {
  code: number | null;
  stdout: string;
  stderr: string;
  data: string;
}

/** `srcnn data fetch set5 --mirror MIRROR` into a new folder, with no other variables of proxies than these. */
async function fetchSet5(mirror: string, proxies: Record<string, string>): Promise<Fetched> {
  const data = await mkdtemp(join(folder, 'data-'));
  const own = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
  const env = { ...Object.fromEntries(own), ...proxies, SRCNN_DATA_DIR: data };
  const words = [join(__dirname, '../../../dist/cli.js'), 'data', 'fetch', 'set5', '--mirror', mirror];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env, encoding: 'utf8', timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code as unknown as number | null) : 0, stdout, stderr, data }),
    );
  });
}

test('srcnn data fetch asks the proxy for a host that only the proxy knows, and ends by itself', async () => {
  const mirror = 'http://mirror.invalid/Set5_HR.tar.gz';
  const { code, stderr, data } = await fetchSet5(mirror, { HTTP_PROXY: `http://${address}` });
  assert.deepEqual([code, stderr, asked], [0, '', [mirror]]);
  assert.deepEqual(
    (await readdir(join(data, 'Set5', 'HR'))).sort(),
    pictures.map((name) => `${name}.png`),
  );
});

test('srcnn data fetch asks the hosts of NO_PROXY themselves, by name, with their port, or all with *', async () => {
  for (const NO_PROXY of ['127.0.0.1', address, 'example.com, 127.0.0.1', '*']) {
    asked.length = 0;
    const { code, stderr } = await fetchSet5(`http://${address}/Set5_HR.tar.gz`, {
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY,
    });
    assert.deepEqual([code, stderr, asked], [0, '', ['/Set5_HR.tar.gz']], NO_PROXY);
  }
});
