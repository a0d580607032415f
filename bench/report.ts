import type { Figures } from './measure';

/** One peer's figure, and how many times as long as ours it took. */
export type PeerFigures = Figures & { ratio: number };

/** Measured multiply-adds in GFLOP/s, and the share of them that a training step reaches. */
export interface PeakShare {
  gflops: number;
  stepShare: number;
}

/** What `--json` writes; a thing that was not measured is not there. */
export interface Report extends Partial<Record<Compared, Figures>> {
  machine: { cpu: string; cores: number; memoryGB: number; node: string; platform: string; engine: string };
  threads: number;
  date: string;
  quick: boolean;
  /** Processes that wanted a core when the bench began; an idle machine has 0. */
  load?: number;
  peak?: PeakShare & { oneThread: PeakShare; native?: Record<string, PeakShare> };
  scaling?: number;
  peakResidentMB: number;
  peers: Record<string, { description: string } & { [thing in Compared]?: PeerFigures }>;
  notes: string[];
}

export const compared = [
  'step',
  'step-9-5-5',
  'step-plain-16x5',
  'step-plain-32x6',
  'inference512',
  'inference512-9-5-5',
  'inference512-plain-16x5',
  'inference512-plain-32x6',
  'inference12mp',
  'preprocessing',
  'batches',
  'evaluation',
  'measures-7x7',
  'measures-11x11',
] as const;
export type Compared = (typeof compared)[number];

const titles: Record<Compared, (ours: Figures) => string> = {
  step: () => 'training step, 128 x 32x32',
  'step-9-5-5': () => 'training step of 9-5-5, 32 x 32x32',
  'step-plain-16x5': () => 'training step of plain-16x5, 32 x 32x32 to 96x96',
  'step-plain-32x6': () => 'training step of plain-32x6, 32 x 32x32 to 96x96',
  inference512: () => 'inference 512x512',
  'inference512-9-5-5': () => 'inference of 9-5-5, 512x512',
  'inference512-plain-16x5': () => 'inference of plain-16x5, 171x171 to 513x513',
  'inference512-plain-32x6': () => 'inference of plain-32x6, 171x171 to 513x513',
  inference12mp: () => 'inference 4000x3000',
  preprocessing: ({ images, patches }) => `preprocessing ${images} images (${patches} patches)`,
  batches: (ours) => `an epoch's ${ours.batches} batches`,
  evaluation: ({ images }) => `evaluation of ${images} images`,
  'measures-7x7': ({ images }) => `PSNR and SSIM (7x7) of ${images} images, one core`,
  'measures-11x11': ({ images }) => `PSNR and SSIM (11x11) of ${images} images, one core`,
};

const time = (ms: number) => (ms < 1000 ? `${ms.toFixed(ms < 10 ? 2 : 1)} ms` : `${(ms / 1000).toFixed(2)} s`);

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

const extras = ({ gflops, growthMB }: Figures) =>
  [gflops ? `${gflops.toFixed(1)} GFLOP/s` : '', growthMB ? `${growthMB.toFixed(0)} MB more memory` : '']
    .filter(Boolean)
    .join(', ');

/** The measured things that have peers as rows: title, ours, then each peer's time and ratio. */
function rows(report: Report): string[][] {
  const names = Object.keys(report.peers);
  const measured = compared.filter((thing) => report[thing]);
  return [
    ['', 'srcnn-lab', ...names],
    ...measured.map((thing) => {
      const ours = report[thing]!,
        extra = extras(ours);
      return [
        titles[thing](ours),
        time(ours.ms) + (extra ? ` (${extra})` : ''),
        ...names.map((name) => {
          const figures = report.peers[name][thing];
          return figures ? `${time(figures.ms)} (${figures.ratio.toFixed(2)}x)` : '-';
        }),
      ];
    }),
  ];
}

/** What has no peer, a line each. */
function lines({ peak, scaling, threads, peakResidentMB }: Report): string[] {
  const share = (what: string, { gflops, stepShare }: PeakShare) =>
    `${what}: ${gflops.toFixed(1)} GFLOP/s; the training step reaches ${percent(stepShare)} of it`;
  return [
    ...(peak
      ? [
          share(`WASM SIMD multiply-add peak, ${threads} threads`, peak),
          share('WASM SIMD multiply-add peak, 1 thread', peak.oneThread),
        ]
      : []),
    ...Object.entries(peak?.native ?? {}).map(([name, found]) =>
      share(`multiply-add peak as wide as ${name}, ${threads} threads`, found),
    ),
    ...(scaling ? [`training step, from 1 to 2 threads: ${scaling.toFixed(2)} times as fast`] : []),
    ...(peak && threads === 2
      ? [
          `WASM SIMD multiply-add peak, from 1 to 2 threads: ` +
            `${(peak.gflops / peak.oneThread.gflops).toFixed(2)} times as fast`,
        ]
      : []),
    `peak resident memory of the whole run: ${peakResidentMB.toFixed(0)} MB`,
  ];
}

/** Above this load other programs had a good part of the machine. */
const MOST_LOAD = 0.5;

/** What to think of figures that were measured on a busy machine. */
function loadNote({ load, machine }: Report): string[] {
  if (load === undefined || load <= MOST_LOAD) return [];
  return [
    `not idle: ${load.toFixed(1)} processes of other programs wanted the ${machine.cores} cores when the bench ` +
      'began; this makes the times longer and the ratios less exact',
  ];
}

const about = ({ machine, threads, date, quick }: Report) =>
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Node ${machine.node}, ${machine.engine}, ` +
  `--threads ${threads}, ${date.slice(0, 10)}${quick ? ' (--quick: one round, not reliable)' : ''}`;

const peersOf = ({ peers }: Report) =>
  Object.entries(peers).map(([name, { description }]) => `${name}: ${description}`);

export function toText(report: Report): string {
  const table = rows(report);
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const text = table.map((row) =>
    row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
  );
  return [
    about(report),
    '',
    ...text,
    '',
    ...lines(report),
    ...peersOf(report),
    "In brackets: the peer's time as a multiple of ours.",
    ...loadNote(report),
    ...report.notes,
  ].join('\n');
}

/** The same as Markdown, for README.md. */
export function toMarkdown(report: Report): string {
  const [head, ...body] = rows(report);
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const list = [...loadNote(report), ...lines(report), ...peersOf(report)].map((item) => `- ${item}`);
  return [
    `${about(report)}. In brackets: the peer's time as a multiple of ours.`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...body.map(line),
    '',
    ...list,
  ].join('\n');
}
