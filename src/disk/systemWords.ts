/** Words for codes of the system that mean the same where a file is read and where it is written. */
const common: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ELOOP: 'its path has a link that leads back to itself',
  ENAMETOOLONG: 'the name is longer than the file system allows',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
};

/** Says in words what the system reports, by `reasons` or the common ones; a rare code by its own first line. */
export function systemWords(error: unknown, reasons: Readonly<Record<string, string>>): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? common[code] ?? message.split('\n')[0];
}
