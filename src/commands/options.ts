import { Option } from 'commander';
import { engineNames } from '../engine/choose';
import { OptionError } from '../errors';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf, protocols } from '../protocols/protocols';

/** Reads a number of the option of this name; the functions behind the verbs check its range. */
export const number = (name: string) => (text: string) => {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw new OptionError(`--${name} is "${text}"; use a number`);
  return value;
};

/** Reads numbers with commas between them. */
export const numbers = (name: string) => (text: string) => text.split(',').map(number(name));

/** A scale as people write it: 3, x3 or 3x. */
export function scale(text: string): number {
  const digits = /^\s*[x×]?(\d+)[x×]?\s*$/i.exec(text)?.[1];
  return number('scale')(digits ?? text);
}

// Options that several verbs share.
export const scaleOption = () =>
  new Option('-s, --scale <n>', 'enlargement: 2 means twice as wide and high; a whole number from 2 to 8')
    .argParser(scale)
    .default(DEFAULT_SCALE);
export const protocolOption = (use = 'how pictures are made small and scored') =>
  new Option('-p, --protocol <name>', `${use}, see below`)
    .argParser((name) => protocolOf(name).name)
    .default(DEFAULT_PROTOCOL);
export const threadsOption = () =>
  new Option('-t, --threads <n>', 'how many threads compute (default: as many as there are cores)').argParser(
    number('threads'),
  );
export const engineOption = () =>
  new Option('--engine <name>', 'what computes')
    .choices(engineNames)
    .env('SRCNN_ENGINE')
    .default(undefined, 'the one that SRCNN_ENGINE names, else the fastest that works here');

const protocolWidth = Math.max(...protocols.map(({ name }) => name.length));

/** Shown below the options of verbs that have --protocol. */
export const protocolsExplained = `
Protocols:
${protocols.map(({ name, summary }) => `  ${name.padEnd(protocolWidth)}  ${summary}`).join('\n')}`;
