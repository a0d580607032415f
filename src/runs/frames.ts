import type { DataFrame } from 'danfojs-node';
import { optionalPackage } from '../optionalPackage';
import { RUNS } from './findRuns';
import { runs, type RunsOptions } from './runs';

/** What `runs` returns, as a danfojs DataFrame. */
export async function runsFrame(folder = RUNS, options: RunsOptions = {}): Promise<DataFrame> {
  return rowsFrame(await runs(folder, options));
}

/** Flat rows as a danfojs DataFrame; what one row lacks is null. */
export function rowsFrame(rows: readonly object[]): DataFrame {
  // Loaded when asked for: danfojs brings all of TensorFlow.js along.
  const danfo = optionalPackage<typeof import('danfojs-node')>('danfojs-node', 'to make DataFrames');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return rows.length
    ? new danfo.DataFrame(
        rows.map((row) =>
          Object.fromEntries(columns.map((column) => [column, (row as Record<string, unknown>)[column] ?? null])),
        ),
      )
    : new danfo.DataFrame();
}
