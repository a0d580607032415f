import { IncomparableScoresError } from '../errors';
import { currentName } from '../protocols/protocols';

/** A run with what it was trained on, where its options say so, as those of `loadRun` do. */
export interface RunWithOptions {
  name: string;
  options?: object;
}

/** Throws IncomparableScoresError where runs say that they were trained and scored under two protocols or scales. */
export function checkComparableRuns(runs: readonly RunWithOptions[]): void {
  const known = runs.flatMap((run) => {
    const conditions = conditionsOf(run.options);
    return conditions ? [{ name: run.name, conditions: `${conditions.protocol} x${conditions.scale}` }] : [];
  });
  const other = known.find(({ conditions }) => conditions !== known[0].conditions);
  if (other)
    throw new IncomparableScoresError(
      `${known[0].name} has scores of protocol ${known[0].conditions}, and ${other.name} of ${other.conditions}: ` +
        'these cannot be compared; compare the runs of each by themselves',
    );
}

/** Protocol and scale in the options' "17243 patches of 32, report x3, sha256 ...", as `describePatches` wrote it. */
export function conditionsOf(options: object = {}): { protocol: string; scale: number } | undefined {
  const { data } = options as { data?: unknown };
  const [, protocol, scale] = /, (.+) x(\d+), sha256/.exec(String(data)) ?? [];
  return protocol ? { protocol: currentName(protocol), scale: Number(scale) } : undefined;
}
