import { duration } from '../../duration';
import { type OnProgress, showProgressWith } from '../../progress';
import { isKernel } from './kernel';
import { LiveOutput } from './liveOutput';
import { htmlView } from './page/html';

/** Milliseconds after which work counts as long; what is done before shows nothing. */
const long = 1000;
/** Milliseconds between two updates. */
const interval = 500;

/** Shows forms under their MIME types, the first time somewhere, from then on in their place. */
type Display = (forms: Record<string, string>, isLast: boolean) => void;

/** Shows work that takes longer than a second below the cell: a bar, how much is done, and the time left. */
export function cellProgress(work: string, display: Display = notebookDisplay()): OnProgress {
  const began = Date.now();
  let [seen, shownAt]: [[number, number] | null, number] = [null, 0];
  const showNow = () => {
    shownAt = Date.now();
    display(forms(work, seen, (shownAt - began) / 1000), seen !== null && seen[0] >= seen[1]);
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
  let still = { html: '', text: '' };
  let output: LiveOutput | undefined;
  return (data, isLast) => {
    still = { html: data['text/html'], text: data['text/plain'] };
    if (output?.model) output.model.stream({ html: still.html });
    else output?.keep();
    if (!output) {
      output = new LiveOutput(htmlView, { html: still.html }, {}, () => still);
      output.show();
    }
    if (isLast) end(output);
  };
}

/** The last words stay as a picture does, and the model is no longer needed once the pages have drawn them. */
function end(output: LiveOutput): void {
  output.keep();
  setTimeout(() => output.model?.close(), 5000).unref();
}

function forms(work: string, seen: [number, number] | null, seconds: number): Record<string, string> {
  if (!seen) return { 'text/html': `<progress></progress> ${work}`, 'text/plain': work };
  const [done, total] = seen;
  const time = done < total ? `${duration((seconds / done) * (total - done))} left` : `took ${duration(seconds)}`;
  const text = `${work}: ${done} of ${total}, ${time}`;
  return { 'text/html': `<progress value="${done}" max="${total}"></progress> ${text}`, 'text/plain': text };
}

if (isKernel) showProgressWith(cellProgress);
