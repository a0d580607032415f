/** Rewrites one line in a terminal; a log file gets none of it. */
export function showLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

export function showCount(what: string) {
  return (done: number, total: number) => showLine(done < total ? `${done} of ${total} ${what}` : '');
}

/** The files that were left out, one line each, on stderr. */
export function showSkipped(skipped: { file: string; reason: string }[]): void {
  for (const { file, reason } of skipped) console.error(`skipped ${file}: ${reason}`);
}

/** Seconds as 4:05 or 1 h 12 min. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
