import { randomUUID } from 'node:crypto';
import { NoLiveDisplayError } from './kernel';
import { type Handlers, LiveModel, placeOf } from './liveModel';
import { send } from './show';

type State = Record<string, unknown>;

/** The form that saved notebooks, GitHub, print and pages without live displays show. */
export interface Still {
  html: string;
  text: string;
}

/**
 * An output that is live in an open page and a still picture everywhere else. Shown again, as by a cell that is run
 * again, it has the same model. Where live displays do not work, the reason is printed and the picture is all there is.
 */
export class LiveOutput {
  readonly model: LiveModel | undefined;
  private readonly reason: string = '';
  private id = '';
  private kept = '';
  private isHandOn = false;

  constructor(
    view: string,
    state: State,
    handlers: Handlers,
    private readonly still: () => Still,
  ) {
    const onMessage = (content: State) => {
      if ('hand' in content) this.isHandOn = Boolean(content.hand);
      else handlers.onMessage?.(content);
      this.keep();
    };
    // A page that was closed says nothing of its hand any more.
    const onLoad = () => (this.isHandOn = false);
    try {
      this.model = new LiveModel(view, state, { ...handlers, onMessage, onLoad });
    } catch (error) {
      if (!(error instanceof NoLiveDisplayError)) throw error;
      this.reason = error.message;
    }
  }

  /** Shows the output below the cell that runs. */
  show(): void {
    this.id = `srcnn-live-${randomUUID()}`;
    this.write(false);
    if (this.reason) console.warn(`${this.reason}; this is a picture of it`);
  }

  /**
   * Puts the still picture of now into the output. It is drawn anew by that, so this waits while a hand is on it; call
   * it where something has come to rest.
   */
  keep(): void {
    if (this.id && !this.isHandOn) this.write(true);
  }

  private write(isUpdate: boolean): void {
    const { html, text } = this.still();
    if (isUpdate && html === this.kept) return;
    this.kept = html;
    const place = this.model ? `<div class="${placeOf(this.model)}">${html}</div>` : html;
    send({ 'text/html': place, 'text/plain': text }, { id: this.id, isUpdate });
  }
}
