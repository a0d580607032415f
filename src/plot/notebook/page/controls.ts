/**
 * The strip of controls of a run. It shows what the kernel says, but never changes what a hand is on: a slider that is
 * held, a field that is being edited, or a wish that the kernel has not yet answered.
 */
export const controlsView = `
const style = \`
.srcnn-controls { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; box-sizing: border-box;
  width: 100%; max-width: 820px; padding: 8px 10px; font: 13px var(--jp-ui-font-family, sans-serif);
  color: var(--jp-ui-font-color1, inherit); background: var(--jp-layout-color1, transparent);
  border: 1px solid var(--jp-border-color1, #8888); border-radius: 4px; }
.srcnn-controls label { display: flex; align-items: center; gap: 6px; flex: none; max-width: 100%; }
.srcnn-controls input[type=range] { width: 170px; min-width: 60px; flex: 1 1 auto; }
.srcnn-controls input:not([type=range]), .srcnn-controls button { font: inherit; color: inherit; padding: 3px 8px;
  background: var(--jp-layout-color2, transparent); border: 1px solid var(--jp-border-color1, #8888);
  border-radius: 3px; }
.srcnn-controls input:not([type=range]) { width: 5.5em; box-sizing: border-box; }
.srcnn-controls button { cursor: pointer; }
.srcnn-controls button[aria-disabled=true] { opacity: 0.45; cursor: default; }
.srcnn-controls :focus-visible { outline: 2px solid var(--jp-brand-color1, #1a7fb0); outline-offset: 1px; }
.srcnn-controls .buttons { display: flex; flex-wrap: wrap; gap: 6px; }
.srcnn-controls .words, .srcnn-controls .forks, .srcnn-controls .remark { flex: 1 1 100%; min-height: 1.3em; }
.srcnn-controls .forks { white-space: pre-line; overflow-wrap: anywhere; }
.srcnn-controls .forks:empty, .srcnn-controls .remark:empty { display: none; }
.srcnn-controls .remark { color: var(--jp-error-color1, #b3261e); }
.srcnn-controls.gone > :not(.remark) { opacity: 0.4; }
\`;

const make = (parent, tag, properties = {}) =>
  parent.appendChild(Object.assign(document.createElement(tag), properties));

export default {
  render({ model, el, life }) {
    make(el, 'style', { textContent: style });
    const strip = make(el, 'div', { className: 'srcnn-controls', role: 'group', ariaLabel: 'training controls' });
    const rateLabel = make(strip, 'label', { textContent: 'learning rate' });
    const slider = make(rateLabel, 'input', { type: 'range', step: 1, ariaLabel: 'learning rate' });
    const rate = make(rateLabel, 'input', { type: 'text', inputMode: 'decimal', ariaLabel: 'learning rate, exactly' });
    const unit = model.get('unit');
    const lengthLabel = make(strip, 'label', { textContent: unit });
    const length = make(lengthLabel, 'input', { type: 'number', min: 1, step: unit === 'epochs' ? 1 : 'any' });
    length.ariaLabel = unit;
    const row = make(strip, 'div', { className: 'buttons' });
    const words = make(strip, 'div', { className: 'words' });
    const forks = make(strip, 'div', { className: 'forks', ariaLive: 'polite' });
    const remark = make(strip, 'div', { className: 'remark', role: 'status', ariaLive: 'polite' });
    const said = make(remark, 'span');
    const yes = make(remark, 'button', { type: 'button' });
    const buttons = model.get('buttons').map((name) => make(row, 'button', { type: 'button', textContent: name }));

    // A slider's step is a twentieth of a power of ten: 3, 3.4, 3.8, 4.2, ... with two digits.
    const place = (value) => 20 * Math.log10(value);
    const rateAt = (position) => Number((10 ** (position / 20)).toPrecision(2));
    const write = (value) => value >= 0.001 && value < 1000 ? String(value) : value.toExponential();
    const wishes = { rate: 0, length: 0 };
    const edited = new Set();
    let held = false, later, pending;
    const isFree = (name, ...parts) => !held && !parts.some((part) => edited.has(part))
      && model.get('answered')[name] >= wishes[name];

    const flush = () => {
      clearTimeout(later);
      const send = pending;
      pending = undefined;
      send?.();
    };
    const wish = (name, value) => {
      clearTimeout(later);
      pending = undefined;
      wishes[name] = Math.max(Date.now(), wishes[name] + 1);
      model.set('wanted' + name, { value, number: wishes[name] });
      model.save_changes();
    };
    const showRate = (value) => {
      slider.value = place(value);
      slider.setAttribute('aria-valuetext', write(value));
      if (!edited.has(rate)) rate.value = write(value);
    };
    const draw = () => {
      const gone = life.state === 'gone';
      if (isFree('rate', slider, rate)) {
        slider.min = Math.floor(place(model.get('least')));
        slider.max = Math.ceil(place(model.get('most')));
        showRate(model.get('rate'));
      }
      if (isFree('length', length)) length.value = model.get('length');
      words.textContent = model.get('words');
      const places = model.get('forks').join('\\n');
      const question = model.get('question');
      const texts = { gone: 'The kernel was restarted: run this cell again to continue.',
        silent: 'No news from the kernel: it is busy, or it was restarted. After a restart, run this cell again.',
        alive: question || model.get('remark') };
      // Written only where it changes: a screen reader reads each change aloud.
      if (forks.textContent !== places) forks.textContent = places;
      if (said.textContent !== texts[life.state]) said.textContent = texts[life.state];
      yes.textContent = model.get('yes');
      yes.hidden = gone || !question;
      remark.hidden = !texts[life.state];
      strip.classList.toggle('gone', gone);
      for (const part of [slider, rate, length]) part.disabled = gone;
      for (const button of buttons)
        button.ariaDisabled = String(gone || !model.get('useful').includes(button.textContent));
    };

    slider.addEventListener('pointerdown', () => { held = true; });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'])
      slider.addEventListener(end, () => { held = false; });
    slider.addEventListener('input', () => {
      edited.add(slider);
      edited.delete(rate);
      rate.value = write(rateAt(slider.value));
      slider.setAttribute('aria-valuetext', rate.value);
    });
    let byKey = false;
    slider.addEventListener('keydown', () => { byKey = true; });
    slider.addEventListener('pointerdown', () => { byKey = false; });
    // A mouse is let go once; keys come one after the other, and only where they come to rest counts.
    slider.addEventListener('change', () => {
      const send = () => { wish('rate', rateAt(slider.value)); edited.delete(slider); };
      clearTimeout(later);
      pending = send;
      if (byKey) later = setTimeout(flush, 250);
      else flush();
    });
    for (const [name, field] of [['rate', rate], ['length', length]]) {
      field.addEventListener('input', () => edited.add(field));
      field.addEventListener('change', () => {
        wish(name, field.value.trim() === '' ? 0 : Number(field.value));
        edited.delete(field);
      });
      field.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape') return;
        edited.delete(field);
        draw();
      });
    }
    const press = (name) => {
      if (life.state === 'gone') return;
      flush();
      const isTyped = name === 'fork' && edited.delete(rate);
      model.send(isTyped ? { press: name, rate: rate.value.trim() === '' ? 0 : Number(rate.value) } : { press: name });
      draw();
    };
    for (const button of [...buttons, yes]) button.addEventListener('click', () => press(button.textContent));
    const fork = buttons.find((button) => button.textContent === 'fork');
    fork.title = 'a second run from here, with the learning rate in the field';
    // The field keeps the focus: what was typed there is for the fork, and leaving the field would set it here.
    fork.addEventListener('mousedown', (event) => event.preventDefault());
    // Otherwise the notebook would take the keys as its own: b for a new cell, d d for none.
    strip.addEventListener('keydown', (event) => event.stopPropagation());

    const hand = () => model.send({ hand: strip.matches(':hover, :focus-within') });
    for (const event of ['pointerenter', 'pointerleave']) strip.addEventListener(event, hand);
    for (const event of ['focusin', 'focusout']) strip.addEventListener(event, () => setTimeout(hand));

    const off = life.on(draw);
    model.on('change:beat', draw);
    draw();
    return () => {
      // The still picture may be renewed just after the last key: what was wished for is not lost with this view.
      flush();
      off();
      model.off('change:beat', draw);
    };
  },
};
`;
