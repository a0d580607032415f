import { Option } from 'commander';
import { engineNames } from '../engine/choose';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf, protocols } from '../protocols/protocols';

// Options that several verbs share; a number that is none becomes NaN, which the functions behind the verbs refuse by name.
export const number = (text: string) => Number(text);
export const scaleOption = () =>
  new Option('-s, --scale <n>', 'enlargement: a whole number from 2 to 8').argParser(number).default(DEFAULT_SCALE);
export const protocolOption = () =>
  new Option('-p, --protocol <name>', protocols.map(({ name, summary }) => `${name} (${summary})`).join(' or '))
    .argParser((name) => protocolOf(name).name)
    .default(DEFAULT_PROTOCOL);
export const threadsOption = () => new Option('-t, --threads <n>', 'threads (default: all cores)').argParser(number);
export const engineOption = () =>
  new Option('--engine <name>', 'what computes (default: the fastest that works)')
    .choices(engineNames)
    .env('SRCNN_ENGINE');
