// Minimal filtering F(4x4, 3x3) between up to 64 planes: assembly/winograd4x4.ts and winograd4x4Gradient.ts have the
// formulas and what the points are. Some tiles at a time pass through all stages, on the stack, so that they stay in
// the cache: samples are transformed again for the gradient.

#define A 0.75f
#define B 1.5f
#define AA (A * A)
#define BB (B * B)

/** Tiles of a part of the picture: columns x to x + across, rows y to y + down. */
struct N(part) {
  int x, y, across, down;
};

/** A line of tiles for each channel, and a cache line between the points, which would compete for the same sets. */
#define LINE (TILE_VECTORS * W)
#define POINT(channels) ((size_t)(channels) * LINE + 16)
#define ALIGNED __attribute__((aligned(64)))

#define FOR_TILES(part) \
  for (int ty = 0; ty < part.down; ty++) for (int tx = 0; tx < part.across; tx += W)

/** The part that begins at (x, y): whole rows of tiles, or one row's columns. */
INLINE struct N(part) N(partAt)(int x, int y, int tiles, int height) {
  const int most = tiles < LINE ? LINE / tiles : 1, left = (height + 3) / 4 - y;
  return (struct N(part)){ x, y, tiles - x < LINE ? tiles - x : LINE, left < most ? left : most };
}

/** The values of six samples, written `next` floats apart. */
INLINE void N(samples4x4)(const vec d[6], float *to, size_t next) {
  const vec evenA = d[4] - BB * d[2], oddA = A * (d[3] - BB * d[1]);
  const vec evenB = d[4] - AA * d[2], oddB = B * (d[3] - AA * d[1]);
  store(to, AA * BB * d[0] + (d[4] - (AA + BB) * d[2]));
  store(to + next, evenA + oddA);
  store(to + 2 * next, evenA - oddA);
  store(to + 3 * next, evenB + oddB);
  store(to + 4 * next, evenB - oddB);
  store(to + 5 * next, AA * BB * d[1] + (d[5] - (AA + BB) * d[3]));
}

/** The transformed samples of a part: [point][channel][tile]. */
INLINE void N(partSamples)(struct planes in, struct N(part) part, int height, float *samples) {
  const size_t point = POINT(in.count);
  for (int c = 0; c < in.count; c++) FOR_TILES(part) {
    vec rows[6][6];
    for (int r = 0; r < 6; r++) {
      const int y = 4 * (part.y + ty) + r;
      vec d[6] = {}, e[4] = {};
      if (y < height + 2) {
        const float *p = (const float *)(in.data + c * in.plane + y * in.row) + 4 * (part.x + tx);
        everyFourth(p, d);
        everyFourth(p + 4, e);
      }
      d[4] = e[0];
      d[5] = e[1];
      N(samples4x4)(d, (float *)rows[r], W);
    }
    // What a vector writes behind its row of tiles, the next one writes over.
    float *to = samples + (size_t)c * LINE + ty * part.across + tx;
    for (int j = 0; j < 6; j++) {
      const vec d[6] = { rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j] };
      N(samples4x4)(d, to + j * point, 6 * point);
    }
  }
}

/** Only notes where the samples are: they are transformed when they are needed. */
static TARGET void N(transformWinograd4x4)(char *m, uint32_t from, int height, uint32_t at) {
  (void)height;
  memcpy(workspaceAt(m, at).samples.data, &from, sizeof from);
}

INLINE struct planes N(notedSamples)(char *m, struct workspace space) {
  uint32_t from;
  memcpy(&from, space.samples.data, sizeof from);
  return planesAt(m, from);
}

/** Four outputs of six products `step` floats apart. */
INLINE void N(outputs4x4)(const float *p, size_t step, vec y[4]) {
  const vec m1 = load(p + step), m2 = load(p + 2 * step), m3 = load(p + 3 * step), m4 = load(p + 4 * step);
  const vec s1 = m1 + m2, e1 = m1 - m2, s2 = m3 + m4, e2 = m3 - m4;
  y[0] = load(p) + (s1 + s2);
  y[1] = A * e1 + B * e2;
  y[2] = AA * s1 + BB * s2;
  y[3] = (AA * A * e1 + BB * B * e2) + load(p + 5 * step);
}

/** One filter's outputs of a part from its products, `next` floats apart; a PReLU follows where there is a slope. */
INLINE void N(partOutputs)(const float *products, size_t next, struct N(part) part, float bias, const float *slope,
                           char *out, size_t row, int width, int height, int mode) {
  const vec b = splat(bias);
  FOR_TILES(part) {
    vec columns[4][6];
    UNROLL for (int j = 0; j < 6; j++) {
      vec four[4];
      N(outputs4x4)(products + j * next + ty * part.across + tx, 6 * next, four);
      UNROLL for (int r = 0; r < 4; r++) columns[r][j] = four[r];
    }
    const int x = 4 * (part.x + tx), end = 4 * (part.x + part.across);
    UNROLL for (int r = 0; r < 4; r++) {
      const int y = 4 * (part.y + ty) + r;
      if (y >= height) break;
      vec four[4];
      N(outputs4x4)((const float *)columns[r], W, four);
      UNROLL for (int k = 0; k < 4; k++) four[k] += b;
      if (slope) UNROLL for (int k = 0; k < 4; k++) four[k] = N(belowZero)(four[k], four[k], *slope);
      finishFourth(four, (float *)(out + y * row) + x, mode, (width < end ? width : end) - x);
    }
  }
}

static TARGET void N(convolveWinograd4x4)(char *m, uint32_t at, uint32_t weights, uint32_t bias, uint32_t to, int width,
                                          int height, int mode, uint32_t slopes) {
  const struct workspace space = workspaceAt(m, at);
  const struct planes in = N(notedSamples)(m, space), out = planesAt(m, to);
  const size_t point = POINT(in.count);
  ALIGNED float samples[36 * POINT(64)], products[36 * 4 * LINE + 16];
  struct N(part) part = { 0, 0, 0, 0 };
  for (int y = 0; 4 * y < height; y += part.down) for (int x = 0; x < space.tiles; x += part.across) {
    part = N(partAt)(x, y, space.tiles, height);
    N(partSamples)(in, part, height, samples);
    for (int f = 0; f < out.count; f += 4) {
      for (int j = 0; j < 36; j++)
        sumTiles((const char *)(samples + j * point), 0, 1, in.count, 4 * LINE,
                 (float *)(m + weights) + (size_t)(f / 4 * 36 + j) * 4 * in.count, (char *)(products + 4 * j * LINE),
                 4 * LINE, part.across * part.down);
      for (int i = 0; i < 4 && f + i < out.count; i++)
        N(partOutputs)(products + i * LINE, 4 * LINE, part, ((float *)(m + bias))[f + i],
                        slopes ? (float *)(m + slopes) + f + i : NULL,
                       out.data + (f + i) * out.plane, out.row, width, height, mode);
    }
  }
}

