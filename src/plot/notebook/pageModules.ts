// The texts of the two modules that a page runs, plain JavaScript for browsers. They have no dependencies.

/**
 * Shows a model's view in each element of its class, now and whenever such an element appears: outputs are drawn anew
 * when a page is loaded, a cell is moved or an output is updated. Where the view fails, the picture stays.
 */
export const mountModule = `
export default {
  async initialize({ model }) {
    const address = URL.createObjectURL(new Blob([model.get('view')], { type: 'text/javascript' }));
    const { default: { render } } = await import(/* webpackIgnore: true */ address);
    URL.revokeObjectURL(address);
    const places = document.getElementsByClassName(model.get('place'));
    const shown = new Map();
    const look = () => {
      for (const [place, end] of shown) if (!place.isConnected) { shown.delete(place); end?.(); }
      for (const place of places) {
        if (shown.has(place)) continue;
        const picture = [...place.childNodes];
        try {
          const el = document.createElement('div');
          shown.set(place, undefined);
          shown.set(place, render({ model, el }));
          place.replaceChildren(el);
        } catch (error) {
          place.replaceChildren(...picture, 'The live display failed: ' + error.message);
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
      model.off('change:beat', drawn);
      for (const end of shown.values()) end?.();
    };
  },
};
`;

/** The chart of a run: `svg` as it comes, and a word when the kernel that drew it is gone. */
export const chartView = `
export default {
  render({ model, el }) {
    let gone = false, heard = Date.now();
    const silence = 20000;
    const say = (text) => {
      const [title, subtitle] = el.querySelectorAll('text');
      if (!subtitle) return;
      subtitle.textContent = text;
      subtitle.setAttribute('fill', '#b3261e');
      for (const part of el.querySelectorAll('polyline, circle')) part.setAttribute('opacity', '0.4');
    };
    const running = () => model.get('running');
    const draw = () => {
      heard = Date.now();
      el.innerHTML = model.get('svg');
      if (gone && running()) say('The kernel was restarted: run this cell again to go on.');
    };
    const onStatus = (_, status) => {
      if (!['restarting', 'autorestarting', 'dead', 'terminating'].includes(status)) return;
      gone = true;
      draw();
    };
    let kernel;
    try { kernel = model.widget_manager.kernel; } catch { kernel = undefined; }
    kernel?.statusChanged?.connect(onStatus);
    const watch = setInterval(() => {
      if (!gone && running() && Date.now() - heard > silence)
        say('No news from the kernel: it is busy, or it was restarted. After a restart, run this cell again.');
    }, 2000);
    model.on('change:beat', draw);
    draw();
    return () => {
      clearInterval(watch);
      kernel?.statusChanged?.disconnect(onStatus);
      model.off('change:beat', draw);
    };
  },
};
`;
