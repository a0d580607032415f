import { OptionError } from '../../errors';
import { compareCurves } from './compareCurves';
import type { Figure } from '../figure';
import { optionText } from '../../runs/optionText';
import { reached, type Reached } from '../../runs/reached';
import { loadRun, type SavedRun } from '../../runs/readRun';

/**
 * The row of one run: its name, those of its options in which the runs differ (null where it lacks one), and its
 * results.
 */
export interface DifferenceRow extends Reached {
  name: string;
  [option: string]: string | number | boolean | null;
}

export interface Comparison {
  differences: DifferenceRow[];
  figure: Figure;
}

/**
 * Shows in a table how runs differ, and their curves in one figure. Runs are given by name, by folder, or as {name,
 * options, history}. Throws OptionError when no run has finished an epoch, UnknownNameError for a run that does not
 * exist, IncomparableScoresError for runs of two protocols or scales.
 */
export async function compareRuns(given: readonly (string | SavedRun)[], folder?: string): Promise<Comparison> {
  if (!given.length) throw new OptionError('no runs to compare; name one or more of those that runs() lists');
  const found = await Promise.all(given.map((run) => (typeof run === 'string' ? loadRun(run, folder) : run)));
  return { differences: differences(found), figure: compareCurves(found) };
}

function differences(found: SavedRun[]): DifferenceRow[] {
  const options = found.map((run) => run.options as unknown as Record<string, unknown>);
  const valueOf = (of: Record<string, unknown>, key: string) => (of[key] === undefined ? null : optionText(of[key]));
  const keys = [...new Set(options.flatMap((of) => Object.keys(of)))].filter(
    (key) => new Set(options.map((of) => valueOf(of, key))).size > 1,
  );
  return found.map(({ name, history }, index) => {
    const { psnr, ssim, validationLoss, minutes, ...others } = reached(history);
    const differing = Object.fromEntries(keys.map((key) => [key, valueOf(options[index], key)]));
    // A wide table is cut off at the right, so the scores come first.
    return { name, psnr, ssim, validationLoss, minutes, ...differing, ...others };
  });
}
