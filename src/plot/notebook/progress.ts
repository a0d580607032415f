import { randomUUID } from 'node:crypto';
import { duration } from '../../duration';
import { type OnProgress, showProgressWith } from '../../progress';
import { isKernel } from './kernel';
import type { Display } from './liveChart';
import { send } from './show';

/** Milliseconds after which work counts as long; what is done before shows nothing. */
const long = 1000;
/** Milliseconds between two updates. */
const interval = 500;

/** Shows work that takes longer than a second below the cell: a bar, how much is done, and the time left. */
export function cellProgress(work: string, display: Display = notebookDisplay()): OnProgress {
  const began = Date.now();
  let [seen, shownAt]: [[number, number] | null, number] = [null, 0];
  const showNow = () => {
    shownAt = Date.now();
    display(forms(work, seen, (shownAt - began) / 1000));
  };
  const timer = setTimeout(showNow, long);
  timer.unref();
  return (done, total) => {
    seen = [done, total];
    const now = Date.now();
    if (done >= total) {
      clearTimeout(timer);
      if (shownAt) showNow();
    } else if (now - began >= long && now - shownAt >= interval) showNow();
  };
}

function notebookDisplay(): Display {
  const id = `srcnn-progress-${randomUUID()}`;
  let isUpdate = false;
  return (data) => {
    send(data, { id, isUpdate });
    isUpdate = true;
  };
}

function forms(work: string, seen: [number, number] | null, seconds: number): Record<string, unknown> {
  if (!seen) return { 'text/html': `<progress></progress> ${work}`, 'text/plain': work };
  const [done, total] = seen;
  const time = done < total ? `${duration((seconds / done) * (total - done))} left` : `took ${duration(seconds)}`;
  const text = `${work}: ${done} of ${total}, ${time}`;
  return { 'text/html': `<progress value="${done}" max="${total}"></progress> ${text}`, 'text/plain': text };
}

if (isKernel) showProgressWith(cellProgress);
