// Direct convolution and its gradients on channel-first planes with zeros around them: assembly/direct.ts.

/** Up to FILTERS filters by v vectors of one row. `block` is the distance between the weights of 4 filters and 4. */
INLINE void N(directBlock)(const char *in, int planes, size_t plane, int rows, size_t row, int taps, size_t step,
                           const float *weights, size_t block, const float *bias, struct planes out, int filters,
                           int width, int mode, const int f, const int v) {
  vec s[FILTERS * DIRECT_VECTORS];
  UNROLL for (int i = 0; i < f; i++) UNROLL for (int j = 0; j < v; j++) s[i * v + j] = splat(bias[i]);
  for (int p = 0; p < planes; p++, in += plane) {
    const char *line = in;
    for (int r = 0; r < rows; r++, line += row) {
      const char *at = line;
      for (int t = 0; t < taps; t++, at += step, weights += 4) {
        vec x[DIRECT_VECTORS];
        UNROLL for (int j = 0; j < v; j++) x[j] = load(at + 4 * W * j);
        UNROLL for (int i = 0; i < f; i++) {
          const vec w = splat(weights[(size_t)(i / 4) * block + i % 4]);
          UNROLL for (int j = 0; j < v; j++) s[i * v + j] += x[j] * w;
        }
      }
    }
  }
  UNROLL for (int i = 0; i < f; i++) if (i < filters)
    UNROLL for (int j = 0; j < v; j++)
      finish(s[i * v + j], (float *)(out.data + i * out.plane) + W * j, mode, width - W * j);
}

static TARGET void N(convolve)(char *m, uint32_t from, uint32_t weights, uint32_t bias, int kernel, uint32_t to,
                               int width, int height, int mode) {
  const struct planes in = planesAt(m, from), out = planesAt(m, to);
  // A kernel of 1 x 1 walks over the planes as others do along a row, in one plain loop.
  const int flat = kernel == 1;
  const int planes = flat ? 1 : in.count, rows = flat ? 1 : kernel, taps = flat ? in.count : kernel;
  const size_t step = flat ? in.plane : 4, block = (size_t)in.count * kernel * kernel * 4;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x += W * DIRECT_VECTORS)
      for (int f = 0; f < out.count; f += FILTERS) {
        const char *at = in.data + y * in.row + 4 * x;
        const float *w = (float *)(m + weights) + f / 4 * block, *b = (float *)(m + bias) + f;
        const struct planes part = { out.data + f * out.plane + y * out.row + 4 * x, out.plane, 0, 0 };
        const int left = out.count - f, wide = width - x;
#define BLOCK(f, v) \
  N(directBlock)(at, planes, in.plane, rows, in.row, taps, step, w, block, b, part, left, wide, mode, f, v)
        if (FILTERS > 4 && left > 4) { if (wide > W) BLOCK(FILTERS, DIRECT_VECTORS); else BLOCK(FILTERS, 1); }
        else if (wide > W) BLOCK(4, DIRECT_VECTORS);
        else BLOCK(4, 1);
#undef BLOCK
      }
}

/** n rows of a kernel of one filter meet one input row: each gives to another output row. */
INLINE void N(singleRows)(const char *in, int inputs, size_t plane, const float *weights, int kernel, vec *sums,
                          const int n, const int v) {
  vec s[SINGLE_ROWS * 2] = {};
  const size_t next = 2 * (size_t)kernel;
  for (int i = 0; i < inputs; i++, in += plane, weights += (kernel + 1) * next)
    for (int c = 0; c < kernel; c++) {
      vec x[2];
      UNROLL for (int j = 0; j < v; j++) x[j] = load(in + 4 * c + 4 * W * j);
      UNROLL for (int r = 0; r < n; r++) {
        const vec w = splat(weights[r * next + 2 * c]);
        UNROLL for (int j = 0; j < v; j++) s[r * v + j] += x[j] * w;
      }
    }
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int j = 0; j < v; j++) sums[j - 2 * r] += s[r * v + j];
}

/** The same for a layer of one filter: a band of rows, two vectors wide, gathers its sums. */
static TARGET void N(convolveSingle)(char *m, uint32_t from, uint32_t weights, uint32_t bias, int kernel, uint32_t to,
                                     int width, int height, int mode) {
  enum { BAND = 32 };
  const struct planes in = planesAt(m, from), out = planesAt(m, to);
  const vec start = splat(*(float *)(m + bias));
  vec sums[2 * BAND];
  for (int top = 0; top < height; top += BAND)
    for (int x = 0; x < width; x += 2 * W) {
      const int rows = height - top < BAND ? height - top : BAND;
      for (int i = 0; i < 2 * rows; i++) sums[i] = start;
      for (int q = 0; q < rows + kernel - 1; q++) {
        const char *at = in.data + (top + q) * in.row + 4 * x;
        // Input row q gives to output row q - r under kernel row r.
        const int end = q < kernel ? q + 1 : kernel;
        for (int r = q < rows ? 0 : q - rows + 1; r < end; r += SINGLE_ROWS) {
          const float *w = (float *)(m + weights) + 2 * r * kernel;
          vec *to = sums + 2 * (q - r);
#define CASE(n) case n: if (width - x > W) N(singleRows)(at, in.count, in.plane, w, kernel, to, n, 2); \
            else N(singleRows)(at, in.count, in.plane, w, kernel, to, n, 1); break;
          switch (end - r < SINGLE_ROWS ? end - r : SINGLE_ROWS) { CASES }
#undef CASE
        }
      }
      for (int y = 0; y < rows; y++) for (int j = 0; j < 2 && x + W * j < width; j++)
        finish(sums[2 * y + j], (float *)(out.data + (top + y) * out.row) + x + W * j, mode, width - x - W * j);
    }
}

/** One filter: `n` kernel rows at a time, for each of which gradient row q - r meets input row q. */
INLINE void N(singleGradient)(struct planes delta, struct planes in, int kernel, int width, int height,
                              float *gradient, int margin) {
  const int taps = in.count * kernel, most = margin + 1 < 4 ? margin + 1 : 4;
  float sums[MOST_DOTS + 2 * W];
  for (int r = 0; r < kernel; r += most)
    for (int t = 0; t < taps; t += DOT_LINES) {
      const int n = kernel - r < most ? kernel - r : most;
      const char *p[4], *q[DOT_LINES];
      for (int i = 0; i < 4; i++) p[i] = delta.data - (ptrdiff_t)((i < n ? i : 0) * delta.row);
      for (int j = 0; j < DOT_LINES; j++) {
        const int u = t + j < taps ? t + j : t;
        q[j] = in.data + u / kernel * in.plane + r * in.row + 4 * (u % kernel);
      }
      dots(p, delta.row, q, in.row, width, height + n - 1, sums, 4, DOT_LINES);
      for (int j = 0; j < DOT_LINES && t + j < taps; j++) for (int i = 0; i < n; i++)
        gradient[((t + j) / kernel * kernel + r + i) * kernel + (t + j) % kernel] += sums[i * DOT_LINES + j];
    }
}

static TARGET void N(kernelGradient)(char *m, uint32_t deltas, uint32_t from, int kernel, int width, int height,
                                     uint32_t gradientAt, uint32_t biasGradient, int margin) {
  const struct planes delta = planesAt(m, deltas), in = planesAt(m, from);
  float *gradient = (float *)(m + gradientAt), sums[MOST_DOTS + 2 * W];
  sumPlanes(delta, width, height, (float *)(m + biasGradient));
  if (delta.count == 1 && margin) {
    N(singleGradient)(delta, in, kernel, width, height, gradient, margin);
    return;
  }
  const int area = kernel * kernel, taps = area * in.count;
  for (int f = 0; f < delta.count; f += 4)
    for (int t = 0; t < taps; t += DOT_LINES) {
      // Lines beyond the last filter or tap stand for one that is there; their sums are thrown away.
      const char *p[4], *q[DOT_LINES];
      for (int i = 0; i < 4; i++) p[i] = delta.data + (f + i < delta.count ? f + i : f) * delta.plane;
      for (int j = 0; j < DOT_LINES; j++) {
        const int u = t + j < taps ? t + j : t, tap = u % area;
        q[j] = in.data + u / area * in.plane + tap / kernel * in.row + 4 * (tap % kernel);
      }
      dots(p, delta.row, q, in.row, width, height, sums, 4, DOT_LINES);
      for (int i = 0; i < 4 && f + i < delta.count; i++) for (int j = 0; j < DOT_LINES && t + j < taps; j++)
        gradient[(size_t)(f + i) * taps + t + j] += sums[i * DOT_LINES + j];
    }
}
