/** Called as work goes on, with the number of its parts that are done. */
export type OnProgress = (done: number, total: number) => void;

let show: ((work: string) => OnProgress) | undefined;

/** Sets how work is shown whose caller does not ask for its progress: a notebook shows it in the cell. */
export function showProgressWith(display: (work: string) => OnProgress): void {
  show = display;
}

/**
 * The caller's own callback, or one that shows the work, named as in "preparing pictures", where there is a display.
 */
export function progressOf(work: string, given?: OnProgress): OnProgress | undefined {
  return given ?? show?.(work);
}
