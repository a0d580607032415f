/** Words for the codes of the system that people meet. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EFBIG: 'a file may not grow so large there',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'its disk is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a part of its path is a file, not a folder',
  ELOOP: 'its path has a link that leads back to itself',
  ENAMETOOLONG: 'the name is longer than the file system allows',
  ENOENT: 'a folder of its path is not there',
  EPIPE: 'the program that reads it has ended',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
};

/** Says in words why a file could not be written; the first line of the error's own message if the code is rare. */
export function whyNotWritten(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message.split('\n')[0];
}
