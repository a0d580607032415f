import { systemWords } from './systemWords';

/** Words for the codes of the system that people meet. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EFBIG: 'a file may not grow so large there',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'its disk is read-only',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a part of its path is a file, not a folder',
  ENOENT: 'a folder of its path is not there',
  EPIPE: 'the program that reads it has ended',
};

/** Says in words why a file could not be written. A rare code keeps the first line of its own message. */
export const whyNotWritten = (error: unknown): string => systemWords(error, reasons);
