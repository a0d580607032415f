import { parts } from './parts';

/** A slider or a list for each parameter, and what the kernel makes of their values. */
export const exploreView = `${parts}
export default {
  render({ model, el, life }) {
    const { box, inside, remark } = frame(el, 'explore');
    const inputs = model.get('parameters').map(({ name, values, range }) => {
      const label = make(inside, 'label', { textContent: name });
      const listed = !range && values.some((value) => typeof value !== 'number');
      const input = make(label, listed ? 'select' : 'input', { ariaLabel: name });
      const output = listed ? undefined : make(label, 'output');
      if (listed) for (const value of values) make(input, 'option', { textContent: String(value) });
      else if (range) Object.assign(input, { type: 'range', min: range.least, max: range.most, step: range.step });
      else Object.assign(input, { type: 'range', min: 0, max: values.length - 1, step: 1 });
      const read = () => (range ? Number(input.value) : values[listed ? input.selectedIndex : Number(input.value)]);
      const write = (value) => {
        if (range) input.value = value;
        else if (listed) input.selectedIndex = values.indexOf(value);
        else input.value = values.indexOf(value);
      };
      const tell = () => {
        if (!output) return;
        output.textContent = String(read());
        input.setAttribute('aria-valuetext', output.textContent);
      };
      return { name, input, read, write, tell };
    });
    const result = make(inside, 'div');
    let wished = 0, held = false, html;
    for (const { input, tell } of inputs) {
      input.addEventListener('pointerdown', () => { held = input.type === 'range'; });
      for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'])
        input.addEventListener(end, () => { held = false; });
      input.addEventListener('input', () => {
        tell();
        wished = Math.max(Date.now(), wished + 1);
        const values = Object.fromEntries(inputs.map((each) => [each.name, each.read()]));
        model.set('wanted', { values, number: wished });
        model.save_changes();
      });
    }
    const draw = () => {
      if (!held && model.get('answered') >= wished) {
        for (const { name, write, tell } of inputs) { write(model.get('values')[name]); tell(); }
      }
      if (html !== model.get('html')) result.innerHTML = html = model.get('html');
      for (const { input } of inputs) input.disabled = life.state === 'gone';
      result.style.opacity = model.get('working') || life.state === 'gone' ? '0.6' : '';
      sayIn(remark, life, model.get('remark'));
    };
    tellHand(box, model);
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
