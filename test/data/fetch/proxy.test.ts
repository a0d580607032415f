import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { transfer } from '../../../src/data/fetch/transfer';
import { OptionError } from '../../../src/errors';

const asked: string[] = [];
const proxy = createServer((from, to) => {
  asked.push(`${from.method} ${from.url}`);
  from.pipe(request(from.url!, (answer) => answer.pipe(to.writeHead(answer.statusCode!, answer.headers))));
});
proxy.on('connect', ({ url }, socket) => {
  asked.push(`CONNECT ${url}`);
  // The server of this test speaks no TLS: it is enough that the tunnel was asked for.
  const [host, port] = url!.split(':');
  const other = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  other.on('error', () => socket.destroy()).pipe(socket);
  socket.on('error', () => other.destroy()).pipe(other);
});
const server = createServer((_, response) => response.end('picture'));
const portOf = (each: typeof server) => (each.address() as AddressInfo).port;
const names = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
const own = names.map((name) => [name, process.env[name]] as const);
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-proxy-'));
  for (const each of [proxy, server]) await once(each.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  for (const name of names) delete process.env[name];
  asked.length = 0;
});
after(async () => {
  for (const [name, value] of own) if (value !== undefined) process.env[name] = value;
  for (const each of [proxy, server]) {
    each.closeAllConnections();
    each.close();
  }
  await rm(folder, { recursive: true });
});

test('a download from an http address goes through HTTP_PROXY, with or without http:// before it', async () => {
  const url = `http://127.0.0.1:${portOf(server)}/a.zip`;
  for (const scheme of ['http://', '']) {
    process.env.HTTP_PROXY = `${scheme}127.0.0.1:${portOf(proxy)}`;
    const file = join(folder, `plain${scheme.length}`);
    await transfer({ url }, file);
    assert.equal(await readFile(file, 'utf8'), 'picture');
  }
  assert.deepEqual(asked, [`GET ${url}`, `GET ${url}`]);
});

test('a download from an https address asks HTTPS_PROXY for a tunnel', async () => {
  process.env.HTTPS_PROXY = `http://127.0.0.1:${portOf(proxy)}`;
  await assert.rejects(transfer({ url: `https://127.0.0.1:${portOf(server)}/a.zip` }, join(folder, 'tunnel')));
  assert.deepEqual(asked, [`CONNECT 127.0.0.1:${portOf(server)}`]);
});

test('a download from an https address does not go through HTTP_PROXY', async () => {
  process.env.HTTP_PROXY = `http://127.0.0.1:${portOf(proxy)}`;
  await assert.rejects(transfer({ url: `https://127.0.0.1:${portOf(server)}/a.zip` }, join(folder, 'https')));
  assert.deepEqual(asked, []);
});

test('hosts of NO_PROXY are asked without the proxy', async () => {
  process.env.HTTP_PROXY = `http://127.0.0.1:${portOf(proxy)}`;
  process.env.NO_PROXY = 'example.com,127.0.0.1';
  await transfer({ url: `http://127.0.0.1:${portOf(server)}/a.zip` }, join(folder, 'direct'));
  assert.deepEqual(asked, []);
});

test('a proxy of another kind is refused by name', async () => {
  process.env.ALL_PROXY = 'socks5://127.0.0.1:1080';
  const refused = transfer({ url: `http://127.0.0.1:${portOf(server)}/a.zip` }, join(folder, 'socks'));
  await assert.rejects(
    refused,
    (error) => error instanceof OptionError && /^ALL_PROXY is "socks5:/.test(error.message),
  );
});
