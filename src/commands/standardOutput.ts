import { whyNotWritten } from '../disk/whyNotWritten';

/**
 * Lets a command end its work when nobody reads its output any more (`srcnn ... | head`), which Node would answer with
 * a stack trace and the end of the process. Output that is lost otherwise, on a full disk, is reported once and makes
 * the exit code 1.
 */
export function surviveLostOutput(): void {
  let reported = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (reported || error.code === 'EPIPE') return;
    reported = true;
    process.exitCode = 1;
    console.error(`standard output cannot be written (${whyNotWritten(error)}); the work continues without it`);
  });
  // Without standard error there is no place left to report it.
  process.stderr.on('error', () => undefined);
}
