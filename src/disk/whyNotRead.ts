/** Words for the codes of the system that people meet. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is a file, or a part of its path is one',
  ELOOP: 'its path has a link that leads back to itself',
  ENAMETOOLONG: 'the name is longer than the file system allows',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ERR_FS_FILE_TOO_LARGE: 'it has more than 2 GB',
};

/** Says in words why a file or folder could not be read; the first line of the error's own message if it is rare. */
export function whyNotRead(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message.split('\n')[0];
}
