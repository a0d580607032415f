// Minimal filtering F(4x4, 3x3) between many planes: assembly/winograd4x4.ts and winograd4x4Gradient.ts have the
// formulas and what the points are.

#define A 0.75f
#define B 1.5f
#define AA (A * A)
#define BB (B * B)

/** The values of six samples, written `next` apart; the first n lanes count. */
INLINE void N(samples4x4)(const vec d[6], char *to, size_t next, int n) {
  const vec evenA = d[4] - BB * d[2], oddA = A * (d[3] - BB * d[1]);
  const vec evenB = d[4] - AA * d[2], oddB = B * (d[3] - AA * d[1]);
  const vec values[6] = {
    AA * BB * d[0] + (d[4] - (AA + BB) * d[2]), evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB,
    AA * BB * d[1] + (d[5] - (AA + BB) * d[3]),
  };
  UNROLL for (int k = 0; k < 6; k++) storeFirst((float *)(to + k * next), values[k], n);
}

/** A row of samples for W tiles, transformed along x, to six vectors. */
INLINE void N(row4x4)(const float *p, vec *to) {
  vec d[6], e[4];
  everyFourth(p, d);
  everyFourth(p + 4, e);
  d[4] = e[0];
  d[5] = e[1];
  N(samples4x4)(d, (char *)to, sizeof(vec), W);
}

static TARGET void N(transformWinograd4x4)(char *m, uint32_t from, int height, uint32_t at) {
  const struct planes in = planesAt(m, from);
  const struct workspace space = workspaceAt(m, at);
  const size_t next = in.count * space.samples.plane;
  const int tiles = space.tiles;
  for (int c = 0; c < in.count; c++) {
    const char *plane = in.data + c * in.plane;
    char *to = space.samples.data + c * space.samples.plane;
    for (int x = 0; x < tiles; x += W) {
      // Six rows of a row of tiles, the first two from the row above.
      vec rows[6][6];
      N(row4x4)((const float *)plane + 4 * x, rows[4]);
      N(row4x4)((const float *)(plane + in.row) + 4 * x, rows[5]);
      for (int y = 0; y < height; y += 4) {
        memcpy(rows, rows[4], sizeof(vec[12]));
        for (int r = 2; r < 6; r++) {
          if (y + r < height + 2) N(row4x4)((const float *)(plane + (y + r) * in.row) + 4 * x, rows[r]);
          else memset(rows[r], 0, sizeof rows[r]);
        }
        for (int j = 0; j < 6; j++) {
          const vec d[6] = { rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j] };
          N(samples4x4)(d, to + j * next + 4 * (size_t)(y / 4 * tiles + x), 6 * next, tiles - x);
        }
      }
    }
  }
}

/** Four outputs of six products `step` apart. */
INLINE void N(outputs4x4)(const char *p, size_t step, vec y[4]) {
  const vec m1 = load(p + step), m2 = load(p + 2 * step), m3 = load(p + 3 * step), m4 = load(p + 4 * step);
  const vec s1 = m1 + m2, e1 = m1 - m2, s2 = m3 + m4, e2 = m3 - m4;
  y[0] = load(p) + (s1 + s2);
  y[1] = A * e1 + B * e2;
  y[2] = AA * s1 + BB * s2;
  y[3] = (AA * A * e1 + BB * B * e2) + load(p + 5 * step);
}

/** One filter's outputs from its products, which lie `next` apart. */
INLINE void N(formWinograd4x4)(const char *products, size_t next, int tiles, float bias, struct planes out, int width,
                               int height, int mode) {
  const vec b = splat(bias);
  for (int y = 0; y < height; y += 4, products += 4 * (size_t)tiles)
    for (int x = 0; x < tiles; x += W) {
      vec columns[4][6];
      UNROLL for (int j = 0; j < 6; j++) {
        vec four[4];
        N(outputs4x4)(products + j * next + 4 * (size_t)x, 6 * next, four);
        UNROLL for (int r = 0; r < 4; r++) columns[r][j] = four[r];
      }
      UNROLL for (int r = 0; r < 4; r++) if (y + r < height) {
        vec four[4];
        N(outputs4x4)((const char *)columns[r], sizeof(vec), four);
        UNROLL for (int k = 0; k < 4; k++) four[k] += b;
        finishFourth(four, (float *)(out.data + (y + r) * out.row) + 4 * x, mode, width - 4 * x);
      }
    }
}

static TARGET void N(convolveWinograd4x4)(char *m, uint32_t at, uint32_t weightsAt, uint32_t bias, uint32_t to,
                                          int width, int height, int mode) {
  const struct workspace space = workspaceAt(m, at);
  const struct planes out = planesAt(m, to);
  const int channels = space.samples.count, count = space.tiles * ((height + 3) / 4);
  const size_t plane = space.samples.plane;
  const float *weights = (float *)(m + weightsAt);
  for (int f = 0; f < out.count; f += 4) {
    for (int j = 0; j < 36; j++, weights += 4 * channels)
      sumTiles(space.samples.data + j * channels * plane, plane, 1, channels, plane, weights,
               space.lines + 4 * j * space.line, space.line, count);
    for (int i = 0; i < 4 && f + i < out.count; i++) {
      const struct planes one = { out.data + (f + i) * out.plane, 0, out.row, 1 };
      N(formWinograd4x4)(space.lines + i * space.line, 4 * space.line, space.tiles, ((float *)(m + bias))[f + i], one,
                         width, height, mode);
    }
  }
}

/** Six values of four gradients, written `next` apart; the first n lanes count. */
INLINE void N(deltas4x4)(const vec e[4], char *to, size_t next, int n) {
  const vec evenA = e[0] + AA * e[2], oddA = A * (e[1] + AA * e[3]);
  const vec evenB = e[0] + BB * e[2], oddB = B * (e[1] + BB * e[3]);
  const vec values[6] = { e[0], evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, e[3] };
  UNROLL for (int k = 0; k < 6; k++) storeFirst((float *)(to + k * next), values[k], n);
}

/** One filter's gradient of its outputs, transformed, as lines `next` apart. */
INLINE void N(deltaWinograd4x4)(const char *delta, size_t row, int tiles, int width, int height, char *to, size_t next) {
  for (int y = 0; y < height; y += 4, delta += 4 * row, to += 4 * (size_t)tiles)
    for (int x = 0; x < tiles; x += W) {
      vec rows[4][6] = {};
      UNROLL for (int r = 0; r < 4; r++) if (y + r < height) {
        vec e[4];
        fourthInside((const float *)(delta + r * row) + 4 * x, e, width - 4 * x);
        N(deltas4x4)(e, (char *)rows[r], sizeof(vec), W);
      }
      UNROLL for (int j = 0; j < 6; j++) {
        const vec e[4] = { rows[0][j], rows[1][j], rows[2][j], rows[3][j] };
        N(deltas4x4)(e, to + j * next + 4 * (size_t)x, 6 * next, tiles - x);
      }
    }
}

/** The samples of one point, [channel][tile], as [tile][channel, whole vectors]: then no sum crosses lanes. */
INLINE void N(transpose4x4)(const char *from, size_t plane, int channels, int count, float *to, int row) {
  for (int c = 0; c < channels; c += W)
    for (int t = 0; t < count; t += W) {
      vec v[W];
      UNROLL for (int i = 0; i < W; i++) v[i] = c + i < channels ? load(from + (c + i) * plane + 4 * (size_t)t) : (vec){};
      // Each round interleaves the first half with the second.
      UNROLL for (int round = 1; round < W; round *= 2) {
        vec w[W];
        UNROLL for (int i = 0; i < W / 2; i++) {
          w[2 * i] = low(v[i], v[i + W / 2]);
          w[2 * i + 1] = high(v[i], v[i + W / 2]);
        }
        UNROLL for (int i = 0; i < W; i++) v[i] = w[i];
      }
      for (int i = 0; i < W && t + i < count; i++) store(to + (size_t)(t + i) * row + c, v[i]);
    }
}

/** Sums over tiles of 4 filters' lines times v vectors of channels: sums[filter * row + channel]. */
INLINE void N(sums4x4)(const float *const *lines, const float *samples, int row, int count, float *sums, int sumsRow,
                       const int v) {
  vec s[4 * 2] = {};
  for (int t = 0; t < count; t++, samples += row) {
    vec x[2];
    UNROLL for (int j = 0; j < v; j++) x[j] = load(samples + W * j);
    UNROLL for (int i = 0; i < 4; i++) {
      const vec e = splat(lines[i][t]);
      UNROLL for (int j = 0; j < v; j++) s[i * v + j] += x[j] * e;
    }
  }
  UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < v; j++) store(sums + i * sumsRow + W * j, s[i * v + j]);
}

/** Three taps of six sums `step` apart. */
INLINE void N(taps4x4)(const char *p, size_t step, vec g[3]) {
  const float q = 1 / (2 * AA * (AA - BB)), r = 1 / (2 * BB * (BB - AA));
  const vec s1 = load(p + step), s2 = load(p + 2 * step), s3 = load(p + 3 * step), s4 = load(p + 4 * step);
  const vec plusA = q * (s1 + s2), plusB = r * (s3 + s4);
  g[0] = 1 / (AA * BB) * load(p) + (plusA + plusB);
  g[1] = q * A * (s1 - s2) + r * B * (s3 - s4);
  g[2] = (AA * plusA + BB * plusB) + load(p + 5 * step);
}

/** One filter's taps for W channels, of which n count, added to [channel][9]. */
INLINE void N(addTaps4x4)(const char *sums, size_t next, int n, float *gradient) {
  vec columns[3][6], taps[9];
  UNROLL for (int j = 0; j < 6; j++) {
    vec g[3];
    N(taps4x4)(sums + j * next, 6 * next, g);
    UNROLL for (int r = 0; r < 3; r++) columns[r][j] = g[r];
  }
  UNROLL for (int r = 0; r < 3; r++) N(taps4x4)((const char *)columns[r], sizeof(vec), taps + 3 * r);
  const float *flat = (const float *)taps;
  for (int i = 0; i < n && i < W; i++) for (int t = 0; t < 9; t++) gradient[9 * i + t] += flat[W * t + i];
}

static TARGET void N(kernelGradientWinograd4x4)(char *m, uint32_t deltas, uint32_t at, int width, int height,
                                                uint32_t gradientAt, uint32_t biasGradient) {
  const struct planes delta = planesAt(m, deltas);
  const struct workspace space = workspaceAt(m, at);
  const int channels = space.samples.count, count = space.tiles * ((height + 3) / 4), row = (channels + W - 1) / W * W;
  const size_t plane = space.samples.plane;
  // [point][filter of 4][channel], and behind them, where plan/winograd4x4.ts leaves room, [point][tile][channel].
  float *sums = (float *)space.sums, *turned = sums + 4 * 36 * ((channels + 15) / 16 * 16) + 256;
  sumPlanes(delta, width, height, (float *)(m + biasGradient));
  for (int j = 0; j < 36; j++)
    N(transpose4x4)(space.samples.data + j * channels * plane, plane, channels, count, turned + (size_t)j * count * row, row);
  for (int f = 0; f < delta.count; f += 4) {
    const int left = delta.count - f;
    for (int i = 0; i < 4 && i < left; i++)
      N(deltaWinograd4x4)(delta.data + (f + i) * delta.plane, delta.row, space.tiles, width, height,
                          space.lines + i * space.line, 4 * space.line);
    for (int j = 0; j < 36; j++) {
      const float *lines[4];
      for (int i = 0; i < 4; i++) lines[i] = (float *)(space.lines + (4 * j + (i < left ? i : 0)) * space.line);
      const float *samples = turned + (size_t)j * count * row;
      int c = 0;
      for (; c + W < row; c += 2 * W) N(sums4x4)(lines, samples + c, row, count, sums + 4 * j * row + c, row, 2);
      if (c < row) N(sums4x4)(lines, samples + c, row, count, sums + 4 * j * row + c, row, 1);
    }
    for (int i = 0; i < 4 && i < left; i++) for (int c = 0; c < channels; c += W)
      N(addTaps4x4)((char *)(sums + i * row + c), 16 * (size_t)row, channels - c,
                    (float *)(m + gradientAt) + (size_t)((f + i) * channels + c) * 9);
  }
}
#undef A
#undef B
#undef AA
#undef BB
