// The texts of the modules that a page runs are plain JavaScript for browsers. They have no dependencies.

/**
 * Shows a model's view in each element of its class, now and whenever such an element appears: outputs are drawn anew
 * when a page is loaded, a cell is moved or an output is updated. Where the view fails, the picture stays. A view is
 * render({ model, el, life }): `life.state` is 'alive', 'silent' (no beat of the kernel for 20 s) or 'gone' (the kernel
 * was restarted or has ended), and `life.on(listener)` tells of changes.
 */
export const mountModule = `
const silence = 20000;

function follow(model) {
  const listeners = new Set();
  let heard = Date.now();
  const become = (state) => {
    if (life.state === 'gone' || life.state === state) return;
    life.state = state;
    for (const listener of listeners) listener();
  };
  const life = {
    state: 'alive',
    on(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    end() {
      clearInterval(watch);
      model.off('change:beat', onBeat);
      kernel?.statusChanged?.disconnect(onStatus);
    },
  };
  const onBeat = () => { heard = Date.now(); become('alive'); };
  const onStatus = (_, status) => {
    if (['restarting', 'autorestarting', 'dead', 'terminating'].includes(status)) become('gone');
  };
  let kernel;
  try { kernel = model.widget_manager.kernel; } catch { kernel = undefined; }
  kernel?.statusChanged?.connect(onStatus);
  model.on('change:beat', onBeat);
  const watch = setInterval(() => { if (Date.now() - heard > silence) become('silent'); }, 2000);
  return life;
}

export default {
  async initialize({ model }) {
    const address = URL.createObjectURL(new Blob([model.get('view')], { type: 'text/javascript' }));
    const { default: { render } } = await import(/* webpackIgnore: true */ address);
    URL.revokeObjectURL(address);
    const places = document.getElementsByClassName(model.get('place'));
    const life = follow(model);
    const shown = new Map();
    const look = () => {
      for (const [place, end] of shown) if (!place.isConnected) { shown.delete(place); end?.(); }
      for (const place of places) {
        if (shown.has(place)) continue;
        const picture = [...place.childNodes];
        try {
          const el = document.createElement('div');
          shown.set(place, undefined);
          shown.set(place, render({ model, el, life }));
          place.replaceChildren(el);
        } catch (error) {
          const reason = document.createElement('div');
          reason.textContent = 'The live display failed: ' + error.message;
          place.replaceChildren(...picture, reason);
        }
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    look();
    // Sent whether or not there is a place: the next state comes only after it.
    const drawn = () => model.send({ drawn: true });
    model.on('change:beat', drawn);
    drawn();
    return () => {
      observer.disconnect();
      life.end();
      model.off('change:beat', drawn);
      for (const end of shown.values()) end?.();
    };
  },
};
`;
