import { readFile } from 'node:fs/promises';
import { whyNotRead } from '../disk/whyNotRead';
import { CheckpointError } from '../errors';

/** Fields as a line of CSV; one with a comma or a quotation mark stands in quotation marks. */
export const csvLine = (values: readonly string[]) =>
  values.map((text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text)).join(',');

/**
 * The fields of each line below `head`, or no lines if the file does not exist. `numeric` lists the columns that must
 * hold numbers. Throws CheckpointError, whose message ends with `remedy`, for a file of another form.
 */
export async function readCsv(
  file: string,
  head: string,
  numeric: readonly string[],
  remedy: string,
): Promise<Record<string, string>[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw new CheckpointError(`${file}: cannot be read (${whyNotRead(error)})`, { cause: error });
  });
  const [first, ...lines] = text.trim().split(/\r?\n/);
  if (!first) return [];
  if (first !== head) throw new CheckpointError(`${file}, line 1: should be ${head}; ${remedy}`);
  const names = head.split(',');
  return lines.map((line, index) => {
    const values = fields(line);
    const row = Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
    const wrong = numeric.find((name) => row[name].trim() === '' || Number.isNaN(Number(row[name])));
    if (values.length !== names.length || wrong) {
      throw new CheckpointError(
        `${file}, line ${index + 2}: should have ${names.length} ` +
          `fields${wrong ? `, and a number as ${wrong}` : ''}; ${remedy}`,
      );
    }
    return row;
  });
}

function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replace(/""/g, '"') ?? plain,
  );
}
