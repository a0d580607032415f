import { epochScores } from '../plot/figures/epochScores';
import type { Figure } from '../plot/figure';
import type { EpochRecord, History } from '../runs/history';
import { readCsv } from './csv';
import { markdownTable } from './markdown';

/** The report's measurements after one of its epochs. */
export interface ReportEpoch {
  epoch: number;
  validationLoss: number;
  psnr: number;
  ssim: number;
}

const HEAD = 'epoch,val_loss,srcnn_psnr,srcnn_ssim';

/**
 * Reads the report's own epochs from report-epochs.csv in the folder of the run that repeats them; [] if the file does
 * not exist.
 */
export async function readReportEpochs(file: string): Promise<ReportEpoch[]> {
  const rows = await readCsv(file, HEAD, HEAD.split(','), 'mend it or delete it');
  return rows.map((row) => ({
    epoch: Number(row.epoch),
    validationLoss: Number(row.val_loss),
    psnr: Number(row.srcnn_psnr),
    ssim: Number(row.srcnn_ssim),
  }));
}

/** The epochs of a run beside the report's, in Markdown, and a sentence that compares their ends. */
export function reportTable({ epochs }: History, report: readonly ReportEpoch[]): string {
  const count = Math.max(epochs.length, report.length);
  const own = (record?: EpochRecord) => record && { validationLoss: record.validationLoss, ...record.scores?.network };
  const lines = Array.from({ length: count }, (_, i) => [i + 1, ...numbers(own(epochs[i])), ...numbers(report[i])]);
  const head = ['epoch', 'validation loss', 'PSNR (dB)', 'SSIM', 'report: validation loss', 'PSNR (dB)', 'SSIM'];
  return `${comparison(epochs, report)}\n\n${markdownTable([head, ...lines])}`;
}

const numbers = (of?: { validationLoss: number; psnr?: number; ssim?: number }) =>
  of ? [of.validationLoss.toFixed(6), of.psnr?.toFixed(6) ?? '', of.ssim?.toFixed(6) ?? ''] : ['', '', ''];

function comparison(epochs: readonly EpochRecord[], report: readonly ReportEpoch[]): string {
  const last = epochs.slice(0, report.length).at(-1);
  const theirs = last && report[last.epoch - 1];
  if (!last?.scores || !theirs) return "No epoch of this run has scores to compare with the report's.";
  const signed = (value: number, digits: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`;
  const { network, bicubic } = last.scores;
  const scores =
    `the run has ${network.psnr.toFixed(6)} dB / ${network.ssim.toFixed(6)}, the report ${theirs.psnr.toFixed(6)} dB ` +
    `/ ${theirs.ssim.toFixed(6)}`;
  return (
    `After epoch ${last.epoch}, ${scores} (difference ${signed(network.psnr - theirs.psnr, 3)} dB, ` +
    `${signed(network.ssim - theirs.ssim, 4)}). Bicubic has ${bicubic.psnr.toFixed(6)} dB / ${bicubic.ssim.toFixed(6)}.`
  );
}

/** The scores of a run after each epoch, and the report's as a dotted line. */
export function reportFigure(history: History, report: readonly ReportEpoch[]): Figure {
  const figure = epochScores(history);
  const trace = (score: 'psnr' | 'ssim', suffix: string) => ({
    type: 'scatter',
    mode: 'lines+markers',
    name: 'the report',
    legendgroup: 'report',
    showlegend: suffix === '',
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: report.map(({ epoch }) => epoch),
    y: report.map((row) => row[score]),
    line: { color: '#d55e00', width: 2, dash: 'dot' },
    marker: { size: 5 },
  });
  const ends = [0.5, Math.max(history.epochs.at(-1)!.epoch, report.at(-1)!.epoch) + 0.5];
  const layout = structuredClone(figure.layout) as Record<string, { range: number[] }>;
  for (const [score, suffix] of [
    ['psnr', ''],
    ['ssim', '2'],
  ] as const) {
    const values = [...layout[`yaxis${suffix}`].range, ...report.map((row) => row[score])];
    const least = Math.min(...values),
      most = Math.max(...values),
      air = 0.05 * (most - least);
    layout[`yaxis${suffix}`].range = [least - air, most + air];
    layout[`xaxis${suffix}`].range = ends;
  }
  const data = figure.data.map((own) => (own.legendgroup === 'bicubic' ? { ...own, x: ends } : own));
  return { data: [...data, trace('psnr', ''), trace('ssim', '2')], layout };
}
