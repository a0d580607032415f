type Point = readonly [number, number];
/** Chromaticities x, y of white, red, green and blue. */
export type Primaries = readonly [Point, Point, Point, Point];
/**
 * Parameters g, or g, a, b, c, d, of a parametric curve (ICC.1:2022, 10.18): (a x + b) ** g from d upwards, else c x.
 */
export type Transfer = readonly [number] | readonly [number, number, number, number, number];

type Matrix = number[][];
const D50 = [0.9642, 1, 0.8249];
/** Bradford's cone responses. */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** A display profile, version 4, of a matrix and one curve, or of the curve alone for grey (ICC.1:2022). */
export function makeProfile(primaries: Primaries, transfer: Transfer, channels: 1 | 3): Buffer {
  const [white, ...colors] = primaries.map(([x, y]) => [x / y, 1, (1 - x - y) / y]);
  const adaptation = adaptationTo(D50, white);
  const curve = parametric(transfer);
  const elements: [string, Buffer][] = [
    ['desc', text('made of what the file says')],
    ['cprt', text('no copyright')],
    ['wtpt', xyz(D50)],
    ['chad', typed('sf32', fixed(adaptation.flat()))],
  ];
  if (channels === 1) elements.push(['kTRC', curve]);
  else {
    const matrix = product(adaptation, colorMatrix(colors, white));
    for (const [i, name] of ['r', 'g', 'b'].entries()) {
      elements.push([`${name}XYZ`, xyz(matrix.map((row) => row[i]))], [`${name}TRC`, curve]);
    }
  }
  return assemble(elements, channels === 1 ? 'GRAY' : 'RGB ');
}

/** Columns are the XYZ of red, green and blue, whose sum is white. */
function colorMatrix(colors: number[][], white: number[]): Matrix {
  const columns = [0, 1, 2].map((row) => colors.map((color) => color[row]));
  const amounts = product(
    inverse(columns),
    white.map((value) => [value]),
  );
  return columns.map((row) => row.map((value, i) => value * amounts[i][0]));
}

function adaptationTo(target: number[], white: number[]): Matrix {
  const response = (point: number[]) => BRADFORD.map((row) => row.reduce((sum, value, i) => sum + value * point[i], 0));
  const [to, from] = [response(target), response(white)];
  return product(
    inverse(BRADFORD),
    BRADFORD.map((row, i) => row.map((value) => (value * to[i]) / from[i])),
  );
}

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, k) => row.reduce((sum, value, i) => sum + value * b[i][k], 0)));

/** Of a matrix of three rows and columns, by its cofactors. */
function inverse(m: Matrix): Matrix {
  const cofactor = (i: number, k: number) =>
    m[(i + 1) % 3][(k + 1) % 3] * m[(i + 2) % 3][(k + 2) % 3] -
    m[(i + 1) % 3][(k + 2) % 3] * m[(i + 2) % 3][(k + 1) % 3];
  const determinant = [0, 1, 2].reduce((sum, k) => sum + m[0][k] * cofactor(0, k), 0);
  return m.map((_, i) => m.map((__, k) => cofactor(k, i) / determinant));
}

const typed = (type: string, data: Buffer) => Buffer.concat([Buffer.from(`${type}\0\0\0\0`, 'latin1'), data]);

/** s15Fixed16Number. */
function fixed(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeInt32BE(Math.round(value * 65536), 4 * i));
  return bytes;
}

const xyz = (values: readonly number[]) => typed('XYZ ', fixed(values));

const parametric = (transfer: Transfer) =>
  typed('para', Buffer.concat([Buffer.from([0, transfer.length === 1 ? 0 : 3, 0, 0]), fixed(transfer)]));

function text(content: string): Buffer {
  const words = Buffer.from(content, 'utf16le').swap16();
  const head = Buffer.alloc(20);
  head.writeUInt32BE(1, 0);
  head.writeUInt32BE(12, 4);
  head.write('enUS', 8, 'latin1');
  head.writeUInt32BE(words.length, 12);
  head.writeUInt32BE(28, 16);
  return typed('mluc', Buffer.concat([head, words]));
}

function assemble(elements: readonly [string, Buffer][], space: string): Buffer {
  const table = Buffer.alloc(4 + 12 * elements.length);
  table.writeUInt32BE(elements.length, 0);
  let at = 128 + table.length;
  const bodies = elements.map(([name, body], i) => {
    table.write(name, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(body.length, 12 + 12 * i);
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    at += padded.length;
    return padded;
  });
  const head = Buffer.alloc(128);
  head.writeUInt32BE(at, 0);
  head.writeUInt32BE(0x04400000, 8);
  head.write(`mntr${space}XYZ `, 12, 'latin1');
  [2026, 1, 1].forEach((value, i) => head.writeUInt16BE(value, 24 + 2 * i));
  head.write('acsp', 36, 'latin1');
  fixed(D50).copy(head, 68);
  return Buffer.concat([head, table, ...bodies]);
}
