import { readFileSync } from 'node:fs';
import { EngineError } from '../errors';

const PAGE = 65536;
/** 4 GB, the most that WebAssembly addresses. */
const MOST_PAGES = 65536;
/** 128 MB: a band of a picture does not fit into less. */
const FEWEST_PAGES = 2048;
/** If addresses are limited, several memories, the threads' stacks and the pictures share them. */
const SHARE = 1 / 8;

/**
 * Shared WebAssembly memory of `initial` pages of 64 KB that can grow up to 4 GB. The system reserves the addresses for
 * all of it at once, so under a limit of addresses (ulimit -v, batch systems) it can grow only to an eighth of the
 * limit, or to the part that is still free, but at least to 128 MB. Throws EngineError if even 128 MB are not free.
 */
export function sharedMemory(initial: number): WebAssembly.Memory {
  let maximum = Math.max(FEWEST_PAGES, Math.min(MOST_PAGES, Math.floor((addressLimit() * SHARE) / PAGE)));
  for (; maximum >= FEWEST_PAGES; maximum = Math.floor(maximum / 2)) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const orOption = hasGuards() ? `, or set NODE_OPTIONS=${NO_GUARDS}` : '';
  throw new EngineError(
    'engine wasm: this process may not reserve the address space that WebAssembly needs; ' +
      `raise the limit (ulimit -v, or ask the batch system for more memory)${orOption}`,
  );
}

/**
 * Whether Node reserves 10 GB of addresses around every WebAssembly memory to catch wrong accesses, cannot get them
 * here, and has an option to work without them. Node 20 and 22 insist on them, Node 24 does not.
 */
export function needsOtherNodeOption(): boolean {
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1 });
    return false;
  } catch {
    return hasGuards() && process.allowedNodeEnvironmentFlags.has(NO_GUARDS);
  }
}

/** Node's option to work without the reserved addresses; it costs a few per cent of speed. */
export const NO_GUARDS = '--disable-wasm-trap-handler';

const hasGuards = () => ![...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').includes(NO_GUARDS);

/** The limit of this process's address space in bytes; it is known on Linux only. */
export function addressLimit(): number {
  try {
    const soft = /^Max address space +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}

/** Lets the memory grow, if necessary, until it holds `bytes`. Throws RangeError if it cannot. */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}
