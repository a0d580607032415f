// Descriptions of planes in the shared memory, which kernels read by their address: assembly/views.ts.

/** Words of a description; that of planes uses the first four. */
const WORDS = 8;
/** Bytes that a description takes up. */
export const VIEW_BYTES = 4 * WORDS;

/** Planes as a kernel sees them: addresses and strides in bytes. */
export interface View {
  data: number;
  plane: number;
  row: number;
  count: number;
}

/**
 * A workspace of minimal filtering: its transformed samples as planes, lines for products, sums, and tiles in a row.
 */
export interface Workspace extends View {
  lines: number;
  line: number;
  sums: number;
  tiles: number;
}

/** Writes descriptions one after the other and gives their addresses. */
export class Views {
  private readonly words: Uint32Array;

  constructor(
    memory: WebAssembly.Memory,
    private next: number,
  ) {
    this.words = new Uint32Array(memory.buffer);
  }

  /** Begins again; earlier descriptions are forgotten. */
  restart(at: number): void {
    this.next = at;
  }

  /** The address of a new description. */
  add(view: View | Workspace): number {
    const at = this.next;
    const { words } = this;
    let word = at >>> 2;
    // Word by word: a call of set() with a list takes longer than all of these.
    words[word++] = view.data;
    words[word++] = view.plane;
    words[word++] = view.row;
    words[word++] = view.count;
    if ('lines' in view) {
      words[word++] = view.lines;
      words[word++] = view.line;
      words[word++] = view.sums;
      words[word] = view.tiles;
    }
    this.next += VIEW_BYTES;
    return at;
  }
}
