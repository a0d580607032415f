/** HTML that the kernel sends as it is. */
export const htmlView = `
export default {
  render({ model, el, life }) {
    const draw = () => {
      el.innerHTML = model.get('html');
      if (life.state === 'gone') el.append(' (The kernel was restarted.)');
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
