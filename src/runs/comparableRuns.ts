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
    const conditions = conditionsOf(run);
    return conditions ? [{ name: run.name, conditions }] : [];
  });
  const other = known.find(({ conditions }) => conditions !== known[0].conditions);
  if (other)
    throw new IncomparableScoresError(
      `${known[0].name} has scores of protocol ${known[0].conditions}, and ${other.name} of ${other.conditions}: ` +
        'these do not belong into one comparison; compare the runs of each by themselves',
    );
}

/** "report x3" of the options' "17243 patches of 32, report x3, sha256 ...", as `describePatches` wrote it. */
function conditionsOf({ options }: RunWithOptions): string | undefined {
  const { data } = (options ?? {}) as { data?: unknown };
  const [, protocol, scale] = /, (\S+) x(\d+), sha256/.exec(String(data)) ?? [];
  return protocol && `${currentName(protocol)} x${scale}`;
}
