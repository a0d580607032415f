import { parts } from './parts';

/** A crop: bicubic, the network now or after an epoch, the truth, and a slider through the epochs. */
export const previewView = `${parts}
export default {
  render({ model, el, life }) {
    const { box, inside, remark } = frame(el, 'preview');
    const row = make(inside, 'div', { className: 'pictures' });
    const figures = ['bicubic', 'network', 'truth'].map((name) => {
      const figure = make(row, 'figure');
      const image = make(figure, 'img', { alt: name });
      Object.assign(image.style, { width: '100%', imageRendering: 'pixelated' });
      return { name, image, caption: make(figure, 'figcaption') };
    });
    const label = make(inside, 'label', { textContent: 'epoch' });
    const slider = make(label, 'input', { type: 'range', min: 0, step: 1, ariaLabel: 'epoch' });
    const shown = make(label, 'output');
    let wished = 0, held = false;
    slider.addEventListener('pointerdown', () => { held = true; });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'])
      slider.addEventListener(end, () => { held = false; });
    slider.addEventListener('input', () => {
      wished = Math.max(Date.now(), wished + 1);
      // The last place is now, wherever that is by the time the kernel hears it.
      const at = slider.value === slider.max ? -1 : Number(slider.value);
      model.set('wantedepoch', { at, number: wished });
      model.save_changes();
    });
    const draw = () => {
      for (const { name, image, caption } of figures) {
        showBytes(image, model.get(name));
        caption.textContent = model.get('captions')[name] ?? '';
      }
      const names = model.get('epochs');
      label.hidden = !names.length;
      if (!held && model.get('answered') >= wished) {
        slider.max = names.length;
        slider.value = model.get('at') < 0 ? names.length : model.get('at');
      }
      shown.textContent = model.get('at') < 0 ? 'now' : String(names[model.get('at')]);
      slider.setAttribute('aria-valuetext', shown.textContent);
      slider.disabled = life.state === 'gone';
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
