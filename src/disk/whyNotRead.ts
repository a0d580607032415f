import { systemWords } from './systemWords';

/** Words for the codes of the system that people meet. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ENOTDIR: 'it is a file, or a part of its path is one',
  ERR_FS_FILE_TOO_LARGE: 'it has more than 2 GB',
};

/** Says in words why a file or folder could not be read. A rare code keeps the first line of its own message. */
export const whyNotRead = (error: unknown): string => systemWords(error, reasons);
