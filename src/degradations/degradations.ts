import { UnknownNameError } from '../errors';
import { area } from './area';
import type { Degradation } from './degradation';
import { matlab } from './matlab';
import { matlabBytes } from './matlabBytes';
import { pillow } from './pillow';

/** The degradations that the lab knows. */
export const degradations: readonly Degradation[] = [pillow, matlab, matlabBytes, area];

/** Their names, for `--help` and errors. */
export const degradationNames = degradations.map(({ name }) => name);

/** A degradation by its name. Throws UnknownNameError. */
export function degradationNamed(name: string): Degradation {
  const found = degradations.find((each) => each.name === name);
  if (!found) throw new UnknownNameError('degradation', name, degradationNames);
  return found;
}
