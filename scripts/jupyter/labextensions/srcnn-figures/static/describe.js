// An extension of JupyterLab, whose renderer of plotly figures shows an <img> without alternative text and leaves out
// the words that come with the figure as text/plain. Without them, a screen reader finds nothing to say.
(() => {
  /** Milliseconds: a chart that moves changes the page more often than its words. */
  const pause = 200;

  /** Figures of open notebooks, each with its words. */
  function* figures(shell) {
    for (const { content } of shell.widgets('main'))
      for (const { outputArea } of content?.widgets ?? [])
        for (const [index, { node }] of (outputArea?.widgets ?? []).entries()) {
          const figure = node.querySelector('.jp-RenderedPlotly');
          const words = figure && outputArea.model.get(index)?.data['text/plain'];
          if (words) yield { figure, words: [words].flat().join('') };
        }
  }

  /** The picture has the words; once the pointer has made a live figure of it, the figure itself has them. */
  function describe({ figure, words }) {
    const picture = figure.querySelector('img.plot-img');
    if (picture) picture.alt = words;
    if (!figure.querySelector('.plot-container')) return;
    figure.setAttribute('role', 'figure');
    figure.setAttribute('aria-label', words);
  }

  function activate({ shell }) {
    let timer;
    const all = () => {
      timer = undefined;
      for (const each of figures(shell)) describe(each);
    };
    new MutationObserver(() => (timer ??= setTimeout(all, pause))).observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['src'],
    });
  }

  const plugin = { id: 'srcnn-figures:words', autoStart: true, activate };
  // The form in which JupyterLab takes extensions: a container of webpack's module federation.
  (globalThis._JUPYTERLAB ??= {})['srcnn-figures'] = {
    init: () => undefined,
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
  };
})();
