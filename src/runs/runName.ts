import { OptionError } from '../errors';

/**
 * Throws OptionError unless the name can be a folder's own name on every system: it must not be a path or a reserved
 * name, and it has at most 100 bytes.
 */
export function checkRunName(name: string): void {
  const refuse = (why: string) => {
    throw new OptionError(
      `the run's name ${JSON.stringify(name)} ${why}; use letters, digits, - and _, as in "adam-small"`,
    );
  };
  if (typeof name !== 'string') refuse('must be a string');
  if (!name.trim()) refuse('is empty');
  if (/[/\\]/.test(name) || name.includes('..')) refuse('is a path, not a plain name');
  // eslint-disable-next-line no-control-regex -- control characters are not allowed in names of Windows
  if (/[<>:"|?*\u0000-\u001f\u007f]/.test(name)) refuse('has a character that folders cannot have everywhere');
  if (/^[. ]|[. ]$/.test(name)) refuse('begins or ends with a dot or a space');
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) refuse('is reserved on Windows');
  if (Buffer.byteLength(name) > 100) refuse('is longer than 100 bytes');
}
