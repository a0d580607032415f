// The inner loops that the convolutions and their gradients share.

/** The gradient of biases: the sum of each plane, added. */
INLINE void N(sumPlanes)(struct planes delta, int width, int height, float *sums) {
  const ints last = first(width % W ? width % W : W);
  for (int f = 0; f < delta.count; f++, delta.data += delta.plane) {
    // Two vectors, and begun anew in each row: long chains of equal terms lose digits.
    vec total[W] = {};
    for (int y = 0; y < height; y++) {
      const float *p = (const float *)(delta.data + y * delta.row);
      vec row = {};
      int x = 0;
      for (; x < width - W; x += W) row += load(p + x);
      total[0] += row + where(last, load(p + x));
    }
    sums[f] += sumAcross(total, 1)[0];
  }
}
#define sumPlanes N(sumPlanes)

/**
 * Dot products over `height` rows of `width` samples: of `a` lines (their starts in p) with `b` lines (in q), to
 * sums[i * b + j].
 */
INLINE void N(dots)(const char *const *p, ptrdiff_t pRow, const char *const *q, ptrdiff_t qRow, int width, int height,
                    float *sums, const int a, const int b) {
  vec s[MOST_DOTS + W] = {};
  const char *at[4], *with[4];
  UNROLL for (int i = 0; i < a; i++) at[i] = p[i];
  UNROLL for (int j = 0; j < b; j++) with[j] = q[j];
  const int rest = width % W;
  const ints last = first(rest);
  const size_t whole = 4 * (size_t)(width - rest);
  for (int y = 0; y < height; y++) {
    for (size_t x = 0; x < whole; x += 4 * W) {
      vec e[4];
      UNROLL for (int j = 0; j < b; j++) e[j] = load(with[j] + x);
      UNROLL for (int i = 0; i < a; i++) {
        const vec d = load(at[i] + x);
        UNROLL for (int j = 0; j < b; j++) s[i * b + j] += d * e[j];
      }
    }
    if (rest) {
      vec e[4];
      UNROLL for (int j = 0; j < b; j++) e[j] = where(last, load(with[j] + whole));
      UNROLL for (int i = 0; i < a; i++) {
        const vec d = where(last, load(at[i] + whole));
        UNROLL for (int j = 0; j < b; j++) s[i * b + j] += d * e[j];
      }
    }
    UNROLL for (int i = 0; i < a; i++) at[i] += pRow;
    UNROLL for (int j = 0; j < b; j++) with[j] += qRow;
  }
  UNROLL for (int g = 0; g < a * b; g += W) store(sums + g, sumAcross(s + g, a * b - g));
}
#define dots N(dots)

/**
 * Minimal filtering's products of 4 filters for one point: `count` tiles, summed over groups of `rows` lines each, to
 * four lines `targetLine` apart. `weights` is packed [group][row][4].
 */
INLINE void N(tileBlock)(const char *from, size_t plane, int groups, int rows, size_t row, const float *weights,
                         char *to, size_t targetLine, const int v) {
  vec s[4 * TILE_VECTORS] = {};
  for (int g = 0; g < groups; g++, from += plane) {
    const char *p = from;
    for (int r = 0; r < rows; r++, p += row, weights += 4) {
      vec x[TILE_VECTORS];
      UNROLL for (int j = 0; j < v; j++) x[j] = load(p + 4 * W * j);
      UNROLL for (int i = 0; i < 4; i++) {
        const vec w = splat(weights[i]);
        UNROLL for (int j = 0; j < v; j++) s[i * v + j] += x[j] * w;
      }
    }
  }
  UNROLL for (int i = 0; i < 4; i++)
    UNROLL for (int j = 0; j < v; j++) store(to + i * targetLine + 4 * W * j, s[i * v + j]);
}

/** Whole vectors are written: lines have room for 16 tiles more. */
INLINE void N(sumTiles)(const char *from, size_t plane, int groups, int rows, size_t row, const float *weights,
                        char *to, size_t targetLine, int count) {
#define TILE_BLOCK(v) N(tileBlock)(from + 4 * x, plane, groups, rows, row, weights, to + 4 * x, targetLine, v)
  int x = 0;
  for (; x + (TILE_VECTORS - 1) * W < count; x += TILE_VECTORS * W) TILE_BLOCK(TILE_VECTORS);
#if TILE_VECTORS > 3
  if (x + 2 * W < count) { TILE_BLOCK(3); return; }
#endif
#if TILE_VECTORS > 2
  if (x + W < count) { TILE_BLOCK(2); return; }
#endif
  if (x < count) TILE_BLOCK(1);
#undef TILE_BLOCK
}
#define sumTiles N(sumTiles)
