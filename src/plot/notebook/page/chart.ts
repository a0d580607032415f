/** The chart of a run: `svg` as it comes, and a word when the kernel that drew it is gone. */
export const chartView = `
export default {
  render({ model, el, life }) {
    const say = (text) => {
      const [title, subtitle] = el.querySelectorAll('text');
      if (!subtitle) return;
      subtitle.textContent = text;
      subtitle.setAttribute('fill', '#b3261e');
      for (const part of el.querySelectorAll('polyline, circle')) part.setAttribute('opacity', '0.4');
    };
    // In a narrow cell it is scrolled: made smaller than this, its words could not be read.
    el.style.overflowX = 'auto';
    let shown;
    const draw = () => {
      const look = [life.state, model.get('running'), model.get('svg')].join(' ');
      if (shown === look) return;
      shown = look;
      el.innerHTML = model.get('svg');
      const [svg] = el.children;
      if (svg) Object.assign(svg.style, { minWidth: '600px', fill: 'var(--jp-ui-font-color1, #747a82)' });
      if (!model.get('running')) return;
      if (life.state === 'gone') say('The kernel was restarted: run this cell again to continue.');
      if (life.state === 'silent')
        say('No news from the kernel: it is busy, or it was restarted. After a restart, run this cell again.');
    };
    const off = life.on(draw);
    model.on('change:beat', draw);
    draw();
    return () => {
      off();
      model.off('change:beat', draw);
    };
  },
};
`;
