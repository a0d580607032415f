import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A server that follows the standards: it supports ranges, 416, ETag and If-Range. With `cutAt`, it closes the
 * connection early in each answer.
 */
export function serve(
  bytes: Buffer,
  { cutAt = Infinity, etag = '"1"' }: { cutAt?: number; etag?: string } = {},
): Answer {
  return ({ headers }, response) => {
    const valid = !headers['if-range'] || headers['if-range'] === etag;
    const start = valid && headers.range ? Number(/bytes=(\d+)-/.exec(headers.range)![1]) : 0;
    if (start >= bytes.length)
      return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    response.writeHead(start ? 206 : 200, {
      etag,
      'content-length': bytes.length - start,
      ...(start && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    const body = bytes.subarray(start, start + cutAt);
    if (body.length === bytes.length - start) response.end(body);
    else cut(response, body);
  };
}

/**
 * Closes the connection after these bytes, once they have had time to arrive: fetch discards bytes that it has not
 * delivered yet.
 */
export function cut(response: ServerResponse, bytes: Buffer): void {
  response.write(bytes, () => setTimeout(() => response.destroy(), 200));
}

/** A .zip of stored entries, by hand so that it can hold what a decent packer refuses. */
export function zip(entries: Record<string, string | Buffer>, attributes = 0): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(entries)) {
    const [name, content] = [Buffer.from(path), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, content]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(attributes, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\x05\x06'), end]);
}
