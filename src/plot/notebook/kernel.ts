import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { putSessionBelowPages, putThreadsBelow } from '../../threads/priority';
import { DELIMITER, type Frame, OutputQueue } from './outputQueue';

// The lab's only knowledge of the insides of the kernel, tslab 1.0.22: where its socket and its key are, how it signs
// messages, by which function it writes outputs, and through which method requests come in. Tested in a browser; test
// again when tslab or zeromq is upgraded.

/** Thrown where live displays cannot work; the still picture is shown instead. */
export class NoLiveDisplayError extends Error {}

/** The socket by which a kernel publishes outputs, as far as it is used here. */
interface PublishingSocket {
  send(frames: Frame[]): Promise<void>;
  sendTimeout: number;
  sendHighWaterMark: number;
}

export interface Header {
  msg_id: string;
  msg_type: string;
}

/** A request from the page about comms. */
export interface CommRequest {
  header: Header;
  content: { comm_id: string; data?: Record<string, unknown> };
  /** Sends the answer to the page that asked. */
  reply(type: string, content: object): void;
}

export interface PublishOptions {
  /** The request that this message answers. */
  parent?: Header;
  metadata?: object;
  buffers?: Uint8Array[];
}

/** The copy of tslab that runs this kernel, taken from the modules it has loaded: another copy knows of no notebook. */
const tslabFile = Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
const tslab = tslabFile === undefined ? undefined : require.cache[tslabFile]?.exports;

/** Writes an output, or replaces the one with the same display id. */
export type WriteOutput = (
  content: { data: Record<string, unknown>; metadata: Record<string, unknown>; transient: Record<string, unknown> },
  isUpdate: boolean,
) => void;

/** How the running kernel writes outputs; undefined outside of a notebook, and before its first cell. */
export const outputWriter = (): WriteOutput | undefined => tslab?.lastWriteDisplayData ?? undefined;

/** Whether this process is a notebook's kernel. */
export const isKernel = tslab !== undefined;
if (isKernel) {
  putThreadsBelow();
  putSessionBelowPages();
}

const session = randomUUID();
let key = '';
let publisher: PublishingSocket | undefined;
let answerComm: ((request: CommRequest) => void) | undefined;

/** Signs the parts of a message as the page and the kernel expect it. */
export function sign(parts: readonly Frame[]): string {
  return parts.reduce((hash, part) => hash.update(part), createHmac('sha256', key)).digest('hex');
}

/**
 * Joins the running kernel, once. From then on a cell that prints thousands of lines shows all of them. Throws
 * NoLiveDisplayError, with the reason in one line, where there is no kernel or it is not built as expected.
 */
export function joinKernel(): void {
  if (publisher) return;
  if (!tslab || !tslabFile) throw new NoLiveDisplayError('live displays need a notebook with the tslab kernel');
  try {
    wrapRequests();
    key = readKey();
    const [socket, frames] = catchOutput(tslabFile);
    checkSignature(frames);
    // By default the 513th message of a turn has to wait, and the one after it throws EBUSY (zeromq 6).
    socket.sendTimeout = 0;
    // By default messages beyond the thousandth that waits are dropped without a word.
    socket.sendHighWaterMark = 0;
    queueOutputs(tslabFile, socket);
    publisher = socket;
  } catch (error) {
    const { version } = createRequire(tslabFile)('../package.json') as { version: string };
    throw new NoLiveDisplayError(
      `no live displays with tslab ${version}, only 1.0.22 was tried: ${(error as Error).message}`,
    );
  }
}

/** Sends a message to every page that shows the notebook. */
export function publish(type: string, content: object, options: PublishOptions = {}): void {
  if (publisher) void publisher.send(message([Buffer.from(type)], type, content, options));
}

/** Sets who answers the page's messages about comms. */
export function onComm(answer: (request: CommRequest) => void): void {
  answerComm = answer;
}

function readKey(): string {
  const path = /--config-path[= ](.+)/.exec(process.argv.join(' '))?.[1];
  if (!path) throw new Error('its command line has no --config-path');
  return (JSON.parse(readFileSync(path, 'utf8')) as { key: string }).key;
}

/** Asks tslab for an empty output and catches it before it leaves: its socket is reached in no other way. */
function catchOutput(file: string): [PublishingSocket, Frame[]] {
  const { prototype } = createRequire(file)('zeromq').Publisher as { prototype: PublishingSocket };
  const own = Object.getOwnPropertyDescriptor(prototype, 'send');
  let caught: [PublishingSocket, Frame[]] | undefined;
  const value = function (this: PublishingSocket, frames: Frame[]) {
    caught = [this, frames];
  };
  Object.defineProperty(prototype, 'send', { configurable: true, value });
  try {
    outputWriter()?.({ data: {}, metadata: {}, transient: {} }, true);
  } finally {
    if (own) Object.defineProperty(prototype, 'send', own);
    else delete (prototype as Partial<PublishingSocket>).send;
  }
  if (!caught) throw new Error('no cell has run yet, or outputs are sent in another way');
  return caught;
}

/** From here on the socket's messages go through a queue. The socket itself takes no properties: its prototype does. */
function queueOutputs(file: string, socket: PublishingSocket): void {
  const { prototype } = createRequire(file)('zeromq').Publisher as { prototype: PublishingSocket };
  const before = prototype.send;
  const queue = new OutputQueue((frames) => before.call(socket, frames), sign);
  const value = function (this: PublishingSocket, frames: Frame[]) {
    return this === socket ? queue.send(frames) : before.call(this, frames);
  };
  Object.defineProperty(prototype, 'send', { configurable: true, value });
}

function checkSignature(frames: Frame[]): void {
  if (!parse(frames)?.valid) throw new Error('messages are signed in another way');
}

function parse(frames: readonly Frame[]) {
  const texts = frames.map(String);
  const at = texts.indexOf(DELIMITER);
  if (at < 0 || frames.length < at + 6) return undefined;
  return {
    identity: frames.slice(0, at),
    valid: sign(frames.slice(at + 2, at + 6)) === texts[at + 1],
    header: JSON.parse(texts[at + 2]) as Header,
    content: JSON.parse(texts[at + 5]) as CommRequest['content'],
  };
}

function message(identity: Frame[], type: string, content: object, options: PublishOptions): Frame[] {
  const { parent = {}, metadata = {}, buffers = [] } = options;
  const date = new Date().toISOString();
  const header = { msg_id: randomUUID(), msg_type: type, username: 'kernel', session, date, version: '5.3' };
  const parts = [header, parent, metadata, content].map((part) => JSON.stringify(part));
  return [...identity, DELIMITER, sign(parts), ...parts, ...buffers.map((buffer) => Buffer.from(buffer))];
}

/** Requests about comms are answered here; all others reach tslab. An exception would end its reading of requests. */
function wrapRequests(): void {
  const prototype = tslab.ZmqServer?.prototype;
  const before = prototype?.handleShellMessage as undefined | ((...args: unknown[]) => Promise<void>);
  if (typeof before !== 'function') throw new Error('ZmqServer.handleShellMessage is missing');
  prototype.handleShellMessage = async function (socket: PublishingSocket, ...frames: Frame[]) {
    const request = publisher && answerComm && parseComm(frames);
    if (!request) return before.call(this, socket, ...frames);
    const { header, content, identity } = request;
    // The page sends its next message only after the status "idle" of the one before.
    publish('status', { execution_state: 'busy' }, { parent: header });
    try {
      const reply = (type: string, text: object) => {
        Promise.resolve(socket.send(message([...identity], type, text, { parent: header }))).catch(() => undefined);
      };
      answerComm!({ header, content, reply });
    } catch (error) {
      console.error(error);
    }
    publish('status', { execution_state: 'idle' }, { parent: header });
  };
}

function parseComm(frames: readonly Frame[]) {
  const request = parse(frames);
  return request?.valid && request.header.msg_type.startsWith('comm_') ? request : undefined;
}

/** The import of the lab in a first cell is enough for all printed lines to be shown. */
try {
  joinKernel();
} catch (error) {
  // Whoever asks for a live display hears the reason.
  if (!(error instanceof NoLiveDisplayError)) throw error;
}
