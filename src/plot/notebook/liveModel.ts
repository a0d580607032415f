import { randomUUID } from 'node:crypto';
import { type CommRequest, type Header, joinKernel, onComm, publish, type PublishOptions } from './kernel';
import { mountModule } from './page/mount';

type State = Record<string, unknown>;

interface CommData {
  method?: string;
  state?: State;
  content?: State;
}

/** What a page asks of a model. An exception is written to the console and changes nothing else. */
export interface Handlers {
  /** A page has set fields of the state. Only the last value of each arrives while the kernel is busy. */
  onChange?(state: State): void;
  /** A page has sent a message. All arrive, in their order. */
  onMessage?(content: State): void;
  /** A page was loaded anew and has been told the state. */
  onLoad?(): void;
}

const WIDGET = 'jupyter.widget';
/** Milliseconds between two signs of life, which each state is, too. A page that misses four of them says so. */
const beatInterval = 5_000;
const models = new Map<string, LiveModel>();
const beatAll = () => models.forEach((model) => model.signOfLife());

/**
 * State that pages show by `view`, the text of an ES module whose default export has render({ model, el }): it shows
 * itself in every element of the outputs that has the class `placeOf(model)`, also after the page was loaded anew.
 * Throws NoLiveDisplayError where the kernel does not allow it.
 */
export class LiveModel {
  readonly id = randomUUID();
  /** How often a page has drawn the state. */
  drawn = 0;
  private readonly state: State;
  private waiting: State | null = null;
  private outstanding = true;
  private beat = 0;
  private saidAt = 0;

  constructor(
    view: string,
    state: State,
    private readonly handlers: Handlers = {},
  ) {
    joinKernel();
    onComm(answer);
    if (!models.size) setInterval(beatAll, beatInterval).unref();
    const modelNames = { _model_module: 'anywidget', _model_module_version: '*', _model_name: 'AnyModel' };
    const viewNames = { _view_module: 'anywidget', _view_module_version: '*', _view_name: 'AnyView' };
    this.state = { ...modelNames, ...viewNames, _esm: mountModule, place: placeOf(this), view, beat: 0, ...state };
    models.set(this.id, this);
    const options = { metadata: { version: '2.1.0' } };
    publish('comm_open', { comm_id: this.id, target_name: WIDGET, ...this.data({}, this.state, options) }, options);
  }

  /**
   * Sets state that changes often: the next is sent when a page has drawn the last, and those between are left out. A
   * value that has not changed is not sent again, so an object must not be changed in place.
   */
  stream(state: State): void {
    const changed = Object.entries(state).filter(([name, value]) => value !== this.state[name]);
    const all = { ...Object.fromEntries(changed), beat: ++this.beat };
    Object.assign(this.state, all);
    this.waiting = { ...this.waiting, ...all };
    if (!this.outstanding) this.sendWaiting();
  }

  /** Tells pages that the kernel lives. A state that was just sent has told them, and this would be drawn again. */
  signOfLife(): void {
    if (Date.now() - this.saidAt >= beatInterval - 100) this.stream({});
  }

  /** Whether a page has drawn the last state that was sent: nobody looks where none has. */
  get isWatched(): boolean {
    return !this.outstanding;
  }

  /** Forgets the state. Pages keep what they show. */
  close(): void {
    models.delete(this.id);
    publish('comm_close', { comm_id: this.id, data: {} });
  }

  /** A message from a page. */
  receive({ method, state, content }: CommData, parent: Header): void {
    if (method === 'request_state') {
      // All that waits is in the state already. Sent a second time it would change nothing, and no page would answer.
      this.waiting = null;
      this.outstanding = true;
      this.say({ method: 'update' }, this.state, { parent });
      this.handlers.onLoad?.();
    }
    if (method === 'custom' && content?.drawn) {
      this.drawn++;
      this.sendWaiting();
    } else if (method === 'custom' && content) this.handlers.onMessage?.(content);
    if (method === 'update' && state) this.handlers.onChange?.(state);
  }

  private sendWaiting(): void {
    const state = this.waiting;
    // A page that has left does not answer, so nothing piles up for it in the server's memory.
    this.outstanding = state !== null;
    this.waiting = null;
    if (state) this.say({ method: 'update' }, state);
  }

  private say(method: State, state: State, options: PublishOptions = {}): void {
    this.saidAt = Date.now();
    publish('comm_msg', { comm_id: this.id, ...this.data(method, state, options) }, options);
  }

  /** Bytes travel beside the JSON. */
  private data(method: State, state: State, options: PublishOptions): { data: State } {
    const names = Object.keys(state).filter((name) => state[name] instanceof Uint8Array);
    options.buffers = names.map((name) => state[name] as Uint8Array);
    const plain = Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));
    return { data: { ...method, state: plain, buffer_paths: names.map((name) => [name]) } };
  }
}

/**
 * The class of the elements that a model fills. A class survives in a notebook that is not trusted, where scripts and
 * unknown elements do not.
 */
export const placeOf = ({ id }: { id: string }) => `srcnn-live-${id}`;

function answer({ header, content: { comm_id: id, data = {} }, reply }: CommRequest): void {
  if (header.msg_type === 'comm_info_request') {
    const comms = Object.fromEntries([...models.keys()].map((each) => [each, { target_name: WIDGET }]));
    reply('comm_info_reply', { status: 'ok', comms });
  } else if (header.msg_type === 'comm_open') {
    // A page that was loaded anew asks for all states by a comm of its own; when it is closed, it asks each model.
    publish('comm_close', { comm_id: id, data: {} }, { parent: header });
  } else if (header.msg_type === 'comm_msg') models.get(id)?.receive(data, header);
}
