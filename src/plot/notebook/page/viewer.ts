import { parts } from './parts';

/** Pictures side by side that are moved and enlarged together. It needs no kernel once its pictures are there. */
export const viewerView = `${parts}
export default {
  render({ model, el }) {
    const { box, inside } = frame(el, 'viewer');
    const { names, width, height } = model.get('pictures');
    const tools = make(inside, 'div', { className: 'row' });
    Object.assign(tools.style, { alignItems: 'center', marginBottom: '6px' });
    const row = make(inside, 'div', { className: 'pictures' });
    const views = names.map((name, index) => {
      const figure = make(row, 'figure');
      const window = make(figure, 'div');
      Object.assign(window.style, { overflow: 'hidden', aspectRatio: width + ' / ' + height, touchAction: 'none',
        cursor: 'grab' });
      const image = make(window, 'img', { alt: name, draggable: false });
      Object.assign(image.style, { width: '100%', maxWidth: 'none', transformOrigin: '0 0' });
      image.style.imageRendering = 'pixelated';
      showBytes(image, model.get('picture' + index));
      make(figure, 'figcaption', { textContent: name });
      return { window, image };
    });
    // The part that is seen: its upper left corner in parts of a picture's sides, and how many times it is enlarged.
    let x = 0, y = 0, zoom = 1;
    const most = Math.max(8, width / 20);
    const place = () => {
      zoom = Math.min(most, Math.max(1, zoom));
      [x, y] = [x, y].map((at) => Math.min(1 - 1 / zoom, Math.max(0, at)));
      for (const { image } of views)
        image.style.transform = 'scale(' + zoom + ') translate(' + -100 * x + '%, ' + -100 * y + '%)';
      said.textContent = zoom.toFixed(1) + ' x';
    };
    const enlarge = (factor, atX = 0.5, atY = 0.5) => {
      const before = zoom;
      zoom = Math.min(most, Math.max(1, zoom * factor));
      x += atX * (1 / before - 1 / zoom);
      y += atY * (1 / before - 1 / zoom);
      place();
    };
    const keys = { '+': () => enlarge(1.5), '-': () => enlarge(1 / 1.5), 0: () => { zoom = 1; place(); },
      ArrowLeft: () => { x -= 0.1 / zoom; place(); }, ArrowRight: () => { x += 0.1 / zoom; place(); },
      ArrowUp: () => { y -= 0.1 / zoom; place(); }, ArrowDown: () => { y += 0.1 / zoom; place(); } };
    for (const [key, name] of [['+', 'enlarge'], ['-', 'make smaller'], ['0', 'whole picture']])
      make(tools, 'button', { type: 'button', textContent: name }).addEventListener('click', keys[key]);
    const said = make(tools, 'output');
    box.tabIndex = 0;
    box.addEventListener('keydown', (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    for (const { window } of views) {
      const part = (event) => {
        const { left, top, width: wide, height: high } = window.getBoundingClientRect();
        return [(event.clientX - left) / wide, (event.clientY - top) / high];
      };
      let last;
      window.addEventListener('wheel', (event) => {
        event.preventDefault();
        enlarge(1.2 ** -Math.sign(event.deltaY), ...part(event));
      }, { passive: false });
      window.addEventListener('pointerdown', (event) => {
        window.setPointerCapture(event.pointerId);
        last = part(event);
      });
      window.addEventListener('pointermove', (event) => {
        if (!last) return;
        const now = part(event);
        x -= (now[0] - last[0]) / zoom;
        y -= (now[1] - last[1]) / zoom;
        last = now;
        place();
      });
      for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, () => { last = undefined; });
    }
    place();
  },
};
`;
