import type { Argument, Option } from 'commander';

/** An option or argument as --help shows it: choices and the default are words of the sentence, without quotes. */
export function helpText({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
}: Option | Argument): string {
  const choices = argChoices ? `: ${argChoices.join(', ')}` : '';
  const shown = defaultValueDescription ?? (defaultValue as string | number | undefined);
  return `${description}${choices}${shown === undefined ? '' : ` (default: ${shown})`}`;
}
