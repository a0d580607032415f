import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { NO_GUARDS } from '../arithmetic/sharedMemory';

/** Ctrl-C reaches both processes from the terminal; a signal that is sent to this one alone is passed on. */
const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/** Runs the same command in a new process whose Node reserves no guard addresses, and ends as that one ends. */
export function restartWithoutGuards(): void {
  const child = spawn(process.execPath, [NO_GUARDS, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  for (const signal of signals) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  child.on('error', (error) => {
    console.error(`cannot start ${process.execPath} again with ${NO_GUARDS}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    // Node ends in this way if a thread finds no addresses for its code.
    if (signal === 'SIGTRAP' || signal === 'SIGABRT' || signal === 'SIGSEGV')
      console.error(
        'the address space is too small for these threads; raise its limit (ulimit -v), or use --threads 1',
      );
    process.exit(code ?? 128 + constants.signals[signal!]);
  });
}
