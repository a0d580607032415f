import { readCsv } from './csv';
import { markdownTable } from './markdown';

const HEAD = 'optimizer,branches,updates,Set5,Set14';

/**
 * The table of a branches.csv that scripts/tryBranches.ts wrote, in Markdown: PSNR in dB with and without ECBSR's
 * branches. A sentence where the file does not exist; CheckpointError for a file of another form.
 */
export async function branchesTable(file: string): Promise<string> {
  const rows = await readCsv(
    file,
    HEAD,
    ['updates', 'Set5', 'Set14'],
    'delete it and run scripts/tryBranches.ts again',
  );
  if (!rows.length) return 'Not measured yet.';
  const lines = rows.map(({ optimizer, branches, updates, Set5, Set14 }) => [
    optimizer,
    branches,
    Number(updates).toLocaleString('en'),
    Number(Set5).toFixed(3),
    Number(Set14).toFixed(3),
  ]);
  return markdownTable([['optimizer', 'branches', 'updates', 'Set5', 'Set14'], ...lines]);
}
