/** What the views have in common: the look of the notebook around them, elements, and words when the kernel is gone. */
export const parts = `
const lookOfNotebook = \`
.srcnn-live { box-sizing: border-box; width: 100%; max-width: 820px; padding: 8px 10px;
  font: 13px var(--jp-ui-font-family, sans-serif); color: var(--jp-ui-font-color1, inherit);
  background: var(--jp-layout-color1, transparent); border: 1px solid var(--jp-border-color1, #8888);
  border-radius: 4px; }
.srcnn-live label { display: flex; align-items: center; gap: 8px; margin: 4px 0; }
.srcnn-live input[type=range] { flex: 1 1 auto; min-width: 60px; max-width: 320px; }
.srcnn-live select, .srcnn-live button { font: inherit; color: inherit; padding: 3px 8px;
  background: var(--jp-layout-color2, transparent); border: 1px solid var(--jp-border-color1, #8888);
  border-radius: 3px; }
.srcnn-live :focus-visible { outline: 2px solid var(--jp-brand-color1, #1a7fb0); outline-offset: 1px; }
.srcnn-live .row { display: flex; flex-wrap: wrap; gap: 8px; }
.srcnn-live .pictures { display: flex; gap: 8px; }
.srcnn-live figure { flex: 1 1 0; min-width: 0; margin: 0; }
.srcnn-live figcaption { padding: 2px 0 4px; }
.srcnn-live img { display: block; max-width: 100%; }
.srcnn-live .remark { color: var(--jp-error-color1, #b3261e); }
.srcnn-live .remark:empty { display: none; }
\`;

const make = (parent, tag, properties = {}) =>
  parent.appendChild(Object.assign(document.createElement(tag), properties));

/** The frame of a view: what stands in it, and the words below. Its keys are not the notebook's. */
function frame(el, name) {
  make(el, 'style', { textContent: lookOfNotebook });
  const box = make(el, 'div', { className: 'srcnn-live', role: 'group', ariaLabel: name });
  box.addEventListener('keydown', (event) => event.stopPropagation());
  const inside = make(box, 'div');
  const remark = make(box, 'div', { className: 'remark', role: 'status', ariaLive: 'polite' });
  return { box, inside, remark };
}

/** Written only where it changes: a screen reader reads each change aloud. */
function sayIn(remark, life, text) {
  const words = { alive: text, gone: 'The kernel was restarted: run this cell again.',
    silent: 'No news from the kernel: it is busy, or it was restarted. After a restart, run this cell again.' };
  if (remark.textContent !== words[life.state]) remark.textContent = words[life.state];
}

/** Tells the kernel while a hand is on the view: the output is not drawn anew under it. */
function tellHand(box, model) {
  const hand = () => model.send({ hand: box.matches(':hover, :focus-within') });
  for (const event of ['pointerenter', 'pointerleave']) box.addEventListener(event, hand);
  for (const event of ['focusin', 'focusout']) box.addEventListener(event, () => setTimeout(hand));
}

/** Shows PNG bytes of the state in an <img>, and leaves it alone while they are the same. */
function showBytes(image, bytes) {
  if (!bytes?.byteLength || image.shown === bytes) return;
  image.shown = bytes;
  const old = image.src;
  image.src = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
  if (old) URL.revokeObjectURL(old);
}
`;
