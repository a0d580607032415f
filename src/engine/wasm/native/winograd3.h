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

static TARGET void N(convolveWinograd3)(char *m, uint32_t at, uint32_t weightsAt, uint32_t bias, int kernel,
                                        uint32_t to, int width, int height, int mode) {
  const struct workspace space = workspaceAt(m, at);
  const struct planes out = planesAt(m, to);
  const int groups = space.samples.count, tiles = space.tiles;
  const float *weights = (float *)(m + weightsAt);
  for (int f = 0; f < out.count; f += 4) {
    for (int j = 0; j < 4; j++, weights += 4 * groups * kernel)
      sumTiles(space.samples.data + j * groups * space.samples.plane, space.samples.plane, groups, kernel,
               4 * (size_t)tiles, weights, space.lines + 4 * j * space.line, space.line, tiles * height);
    for (int i = 0; i < 4 && f + i < out.count; i++)
      N(formWinograd3)(space.lines + i * space.line, 4 * space.line, tiles, ((float *)(m + bias))[f + i],
                       out.data + (f + i) * out.plane, out.row, width, height, mode);
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

static TARGET void N(kernelGradientWinograd3)(char *m, uint32_t deltas, uint32_t at, int kernel, int width, int height,
                                              uint32_t gradientAt, uint32_t biasGradient) {
  const struct planes delta = planesAt(m, deltas);
  const struct workspace space = workspaceAt(m, at);
  const int groups = space.samples.count, tiles = space.tiles, taps = groups * kernel;
  const size_t next = 4 * space.line, row = 4 * (size_t)tiles;
  float *sums = (float *)space.sums, dot[MOST_DOTS + 2 * W];
  sumPlanes(delta, width, height, (float *)(m + biasGradient));
  for (int f = 0; f < delta.count; f += 4) {
    const int left = delta.count - f;
    for (int i = 0; i < 4 && i < left; i++)
      N(deltaWinograd3)(delta.data + (f + i) * delta.plane, delta.row, tiles, width, height,
                        space.lines + i * space.line, next);
    // The sums: [j][filter][group][row].
    for (int j = 0; j < 4; j++) for (int t = 0; t < taps; t += DOT_LINES) {
      const char *p[4], *q[DOT_LINES];
      for (int i = 0; i < 4; i++) p[i] = space.lines + j * next + (i < left ? i : 0) * space.line;
      for (int k = 0; k < DOT_LINES; k++) {
        const int u = t + k < taps ? t + k : t;
        q[k] = space.samples.data + (j * groups + u / kernel) * space.samples.plane + u % kernel * row;
      }
      dots(p, 0, q, 0, tiles * height, 1, dot, 4, DOT_LINES);
      for (int i = 0; i < 4; i++) for (int k = 0; k < DOT_LINES && t + k < taps; k++)
        sums[(4 * j + i) * taps + t + k] = dot[i * DOT_LINES + k];
    }
    for (int i = 0; i < 4 && i < left; i++) for (int g = 0; g < groups; g++) for (int r = 0; r < kernel; r++) {
      const float *s = sums + i * taps + g * kernel + r;
      const float s1 = s[4 * taps], s2 = s[8 * taps], half = 0.5f * (s1 + s2);
      float *to = (float *)(m + gradientAt) + ((f + i) * kernel + r) * kernel + 3 * g;
      to[0] += s[0] + half;
      if (kernel - 3 * g > 1) to[1] += 0.5f * (s1 - s2);
      if (kernel - 3 * g > 2) to[2] += half + s[12 * taps];
    }
  }
}
