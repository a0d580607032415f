// Layers by minimal filtering along the rows, F(2,3) and F(4,5): what is the same for both, as in
// assembly/winogradRows.ts. winograd3.h and winograd5.h have the transforms. `points` says which of them: 4 or 8.

INLINE void N(convolveRows)(char *m, uint32_t at, const float *weights, const float *bias, const int points,
                            const int rows, uint32_t to, int width, int height, int mode) {
  const struct workspace space = workspaceAt(m, at);
  const struct planes out = planesAt(m, to);
  const int groups = space.samples.count, tiles = space.tiles;
  const size_t next = 4 * space.line;
  for (int f = 0; f < out.count; f += 4) {
    for (int j = 0; j < points; j++, weights += 4 * groups * rows)
      sumTiles(space.samples.data + j * groups * space.samples.plane, space.samples.plane, groups, rows,
               4 * (size_t)tiles, weights, space.lines + j * next, space.line, tiles * height);
    for (int i = 0; i < 4 && f + i < out.count; i++) {
      const char *products = space.lines + i * space.line;
      char *plane = out.data + (f + i) * out.plane;
      if (points == 4) N(formWinograd3)(products, next, tiles, bias[f + i], plane, out.row, width, height, mode);
      else N(formWinograd5)(products, next, tiles, bias[f + i], plane, out.row, width, height, mode);
    }
  }
}

/** The gradients of four filters' kernels follow each other, `length` floats each. */
INLINE void N(gradientOfRows)(char *m, uint32_t deltas, uint32_t at, const int points, const int rows, int length,
                              int width, int height, float *gradient, float *biasGradient) {
  const struct planes delta = planesAt(m, deltas);
  const struct workspace space = workspaceAt(m, at);
  const int groups = space.samples.count, tiles = space.tiles, taps = groups * rows;
  const size_t next = 4 * space.line, row = 4 * (size_t)tiles;
  float *sums = (float *)space.sums, dot[MOST_DOTS + 2 * W];
  sumPlanes(delta, width, height, biasGradient);
  for (int f = 0; f < delta.count; f += 4) {
    const int left = delta.count - f;
    for (int i = 0; i < 4 && i < left; i++) {
      const char *plane = delta.data + (f + i) * delta.plane;
      char *line = space.lines + i * space.line;
      if (points == 4) N(deltaWinograd3)(plane, delta.row, tiles, width, height, line, next);
      else N(deltaWinograd5)(plane, delta.row, tiles, width, height, line, next);
    }
    // The sums: [j][filter][group][row].
    for (int j = 0; j < points; j++) for (int t = 0; t < taps; t += DOT_LINES) {
      const char *p[4], *q[DOT_LINES];
      for (int i = 0; i < 4; i++) p[i] = space.lines + j * next + (i < left ? i : 0) * space.line;
      for (int k = 0; k < DOT_LINES; k++) {
        const int u = t + k < taps ? t + k : t;
        q[k] = space.samples.data + (j * groups + u / rows) * space.samples.plane + u % rows * row;
      }
      dots(p, 0, q, 0, tiles * height, 1, dot, 4, DOT_LINES);
      for (int i = 0; i < 4; i++) for (int k = 0; k < DOT_LINES && t + k < taps; k++)
        sums[(4 * j + i) * taps + t + k] = dot[i * DOT_LINES + k];
    }
    for (int i = 0; i < 4 && i < left; i++) {
      const float *from = sums + i * taps;
      float *to = gradient + (f + i) * length;
      if (points == 4) N(addTapsWinograd3)(from, 4 * taps, groups, rows, to);
      else N(addTapsWinograd5)(from, 4 * taps, taps, to);
    }
  }
}

/** A layer with one input plane, whose kernel's rows are groups of 3 taps. */
static TARGET void N(convolveWinograd3)(char *m, uint32_t at, uint32_t weights, uint32_t bias, int kernel, uint32_t to,
                                        int width, int height, int mode) {
  N(convolveRows)(m, at, (float *)(m + weights), (float *)(m + bias), 4, kernel, to, width, height, mode);
}

static TARGET void N(kernelGradientWinograd3)(char *m, uint32_t deltas, uint32_t at, int kernel, int width, int height,
                                              uint32_t gradient, uint32_t biasGradient) {
  N(gradientOfRows)(m, deltas, at, 4, kernel, kernel * kernel, width, height, (float *)(m + gradient),
                    (float *)(m + biasGradient));
}

/** A layer of 5 x 5 kernels between many planes. */
static TARGET void N(convolveWinograd5)(char *m, uint32_t at, uint32_t weights, uint32_t bias, uint32_t to, int width,
                                        int height, int mode) {
  N(convolveRows)(m, at, (float *)(m + weights), (float *)(m + bias), 8, 5, to, width, height, mode);
}

static TARGET void N(kernelGradientWinograd5)(char *m, uint32_t deltas, uint32_t at, int width, int height,
                                              uint32_t gradient, uint32_t biasGradient) {
  N(gradientOfRows)(m, deltas, at, 8, 5, 25 * workspaceAt(m, at).samples.count, width, height,
                    (float *)(m + gradient), (float *)(m + biasGradient));
}
