import { Option } from 'commander';
import { protocols } from '../data/degrade';
import { engineNames } from '../engine/choose';

// Options that several verbs share; a number that is none becomes NaN, which the functions behind the verbs refuse by name.
export const number = (text: string) => Number(text);
export const scaleOption = () =>
  new Option('-s, --scale <n>', 'enlargement: a whole number from 2 to 8').argParser(number).default(3);
export const protocolOption = () =>
  new Option('-p, --protocol <name>', 'seed (the report: RGB, blurred) or paper (Dong et al.: Y)')
    .choices(protocols)
    .default('seed');
export const threadsOption = () => new Option('-t, --threads <n>', 'threads (default: all cores)').argParser(number);
export const engineOption = () =>
  new Option('--engine <name>', 'what computes (default: the fastest that works)')
    .choices(engineNames)
    .env('SRCNN_ENGINE');
