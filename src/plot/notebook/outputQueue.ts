export type Frame = Buffer | string;

/** Stands between a message's address and its signature. */
export const DELIMITER = '<IDS|MSG>';

/** So many printed lines leave at once in each window; those that follow in the same window are joined. */
const freeLines = 30;
/** Milliseconds. Jupyter Server drops what exceeds a thousand messages per second. */
const window = 100;
/** Characters that are joined to one message at most. */
const mostText = 1 << 16;

/** Printed text that waits to be joined with the text that follows it. */
interface Held {
  frames: Frame[];
  parent: string;
  name: string;
  texts: string[];
  length: number;
  since: number;
}

/** The order of a kernel's messages, with bursts of printed lines joined to fewer messages. */
export class OutputQueue {
  private lines = 0;
  private held: Held | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pass: (frames: Frame[]) => Promise<void>,
    private readonly sign: (parts: readonly Frame[]) => string,
  ) {}

  /** Sends a message now, or a printed line within 100 ms. Never throws: a socket that is closed takes no more. */
  async send(frames: Frame[]): Promise<void> {
    const printed = printedText(frames);
    if (!printed) {
      this.flush();
      return this.passOn(frames);
    }
    if (!this.timer) this.timer = setTimeout(() => this.endWindow(), window);
    const { held } = this;
    if (held && (held.parent !== printed.parent || held.name !== printed.name)) this.flush();
    if (!this.held && ++this.lines <= freeLines) return this.passOn(frames);
    this.hold(frames, printed);
  }

  private hold(frames: Frame[], { parent, name, text }: { parent: string; name: string; text: string }): void {
    this.held ??= { frames, parent, name, texts: [], length: 0, since: Date.now() };
    this.held.texts.push(text);
    this.held.length += text.length;
    // A cell that prints without a pause lets no timer run.
    if (this.held.length >= mostText || Date.now() - this.held.since >= window) this.flush();
  }

  private endWindow(): void {
    this.timer = undefined;
    this.lines = 0;
    this.flush();
  }

  private flush(): void {
    const { held } = this;
    if (!held) return;
    this.held = null;
    const at = held.frames.map(String).indexOf(DELIMITER);
    const content = JSON.stringify({ name: held.name, text: held.texts.join('') });
    const parts = [...held.frames.slice(at + 2, at + 5), content];
    void this.passOn([...held.frames.slice(0, at + 1), this.sign(parts), ...parts]);
  }

  private async passOn(frames: Frame[]): Promise<void> {
    try {
      await this.pass(frames);
    } catch {
      // The kernel is shutting down.
    }
  }
}

function printedText(frames: readonly Frame[]): { parent: string; name: string; text: string } | undefined {
  const at = frames.findIndex((frame) => String(frame) === DELIMITER);
  if (at < 0) return undefined;
  const [header, parent, , content] = frames.slice(at + 2, at + 6).map(String);
  if (!header.includes('"stream"')) return undefined;
  if ((JSON.parse(header) as { msg_type: string }).msg_type !== 'stream') return undefined;
  return { parent: (JSON.parse(parent) as { msg_id: string }).msg_id, ...JSON.parse(content) };
}
