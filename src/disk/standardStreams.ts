import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';

const named = (stream: 'stdin' | 'stdout', descriptor: 0 | 1) => (path: string) =>
  path === '-' ||
  [`/dev/${stream}`, `/dev/fd/${descriptor}`, `/proc/self/fd/${descriptor}`].includes(
    path.startsWith('/') ? resolve(path) : path,
  );

/** Whether a path means standard input: `-`, /dev/stdin and its other names. */
export const isStandardInput = named('stdin', 0);

/** Whether a path means standard output: `-`, /dev/stdout and its other names. */
export const isStandardOutput = named('stdout', 1);

/** Reads everything that is piped in. Throws where standard input is a terminal, which would wait for keys. */
export async function readStandardInput(): Promise<Buffer> {
  if (process.stdin.isTTY) throw new Error('standard input is a terminal; pipe a picture into it');
  return buffer(process.stdin);
}

/** Writes all bytes, and waits until they are taken. */
export function writeStandardOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((done, fail) => {
    process.stdout.write(bytes, (error) => (error ? fail(error) : done()));
  });
}
