import { UnknownNameError } from '../errors';
import { bsd200 } from './bsd200';
import { byHandNamed, isByHand } from './byHand';
import { keras } from './keras';
import { paper } from './paper';
import type { Protocol } from './protocol';
import { report } from './report';
import { reportY } from './reportY';
import { yjn870 } from './yjn870';

/** The protocols that the lab knows. */
export const protocols: readonly Protocol[] = [report, paper, reportY, yjn870, keras, bsd200];

/** Used if neither an option nor a model says which. */
export const DEFAULT_PROTOCOL = 'report';
export const DEFAULT_SCALE = 3;

/** Their names, for `--help` and errors. */
export const protocolNames = protocols.map(({ name }) => name);

/** Version 0.1 called the report's protocol 'seed'. */
const earlier: Readonly<Record<string, string>> = { seed: 'report' };

/** Today's name of a protocol that a file of an earlier version names. */
export const currentName = (name: string): string => earlier[name] ?? name;

/**
 * A protocol by its name or by its parts ("shrink=matlab,sigma=0,score=y,border=3", see `byHand`), or one of your own
 * as it is. Throws UnknownNameError, and OptionError for parts that do not exist.
 */
export function protocolOf(protocol: string | Protocol): Protocol {
  if (typeof protocol !== 'string') return protocol;
  const found = protocols.find(({ name }) => name === currentName(protocol)) ?? byHandNamed(protocol);
  if (!found) throw new UnknownNameError('protocol', protocol, protocolNames);
  return found;
}

/** Whether other threads know it too; a protocol of your own exists only in the thread that made it. */
export const isKnownProtocol = (protocol: Protocol): boolean => protocols.includes(protocol) || isByHand(protocol);
