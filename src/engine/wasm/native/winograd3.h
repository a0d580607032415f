// Minimal filtering F(2,3) along rows for a layer with one input plane: assembly/winograd3.ts has the formulas.

static TARGET void N(transformWinograd3)(char *m, uint32_t from, int rows, uint32_t at) {
  const struct planes in = planesAt(m, from);
  const struct workspace space = workspaceAt(m, at);
  const int tiles = space.tiles;
  const size_t next = space.samples.count * space.samples.plane;
  for (int g = 0; g < space.samples.count; g++)
    for (int y = 0; y < rows; y++) {
      const float *row = (const float *)(in.data + y * in.row) + 3 * g;
      char *to = space.samples.data + g * space.samples.plane + 4 * (size_t)(y * tiles);
      for (int x = 0; x < tiles; x += W, to += 4 * W) {
        const vec a = load(row + 2 * x), b = load(row + 2 * x + W);
        const vec c = load(row + 2 * x + 2), d = load(row + 2 * x + 2 + W);
        const vec d0 = even(a, b), d1 = odd(a, b), d2 = even(c, d), d3 = odd(c, d);
        store(to, d0 - d2);
        store(to + next, d1 + d2);
        store(to + 2 * next, d2 - d1);
        store(to + 3 * next, d1 - d3);
      }
    }
}

/** One filter's outputs from its products, which lie `next` apart. */
INLINE void N(formWinograd3)(const char *products, size_t next, int tiles, float bias, char *out, size_t outRow,
                             int width, int height, int mode) {
  const vec b = splat(bias);
  for (int y = 0; y < height; y++, out += outRow)
    for (int x = 0; x < tiles; x += W) {
      const char *p = products + 4 * (size_t)(y * tiles + x);
      const vec m1 = load(p + next), m2 = load(p + 2 * next);
      const vec y0 = (b + load(p)) + (m1 + m2), y1 = b + ((m1 - m2) - load(p + 3 * next));
      float *to = (float *)out + 2 * x;
      const int left = width - 2 * x;
      finish(low(y0, y1), to, mode, left);
      if (left > W) finish(high(y0, y1), to + W, mode, left - W);
    }
}

/** One filter's gradient of its outputs, transformed, in lines `next` apart. */
INLINE void N(deltaWinograd3)(const char *delta, size_t row, int tiles, int width, int height, char *to, size_t next) {
  for (int y = 0; y < height; y++, delta += row)
    for (int x = 0; x < tiles; x += W) {
      const float *p = (const float *)delta + 2 * x;
      const int left = width - 2 * x;
      const vec a = where(first(left), load(p)), b = where(first(left - W), load(p + W));
      const vec e0 = even(a, b), e1 = odd(a, b);
      char *line = to + 4 * (size_t)(y * tiles + x);
      store(line, e0);
      store(line + next, e0 + e1);
      store(line + 2 * next, e0 - e1);
      store(line + 3 * next, -e1);
    }
}

/** The taps' gradient of one filter's kernel from its sums, [group][row] each and `next` apart. */
INLINE void N(addTapsWinograd3)(const float *sums, size_t next, int groups, int kernel, float *gradient) {
  for (int g = 0; g < groups; g++) for (int r = 0; r < kernel; r++) {
    const float *s = sums + g * kernel + r;
    const float s1 = s[next], s2 = s[2 * next], half = 0.5f * (s1 + s2);
    float *to = gradient + r * kernel + 3 * g;
    to[0] += s[0] + half;
    if (kernel - 3 * g > 1) to[1] += 0.5f * (s1 - s2);
    if (kernel - 3 * g > 2) to[2] += half + s[3 * next];
  }
}
