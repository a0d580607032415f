// The gradient of 3 x 3 kernels by minimal filtering: assembly/winograd4x4Gradient.ts has the formulas.

/** Six values of four gradients, written `next` floats apart. */
INLINE void N(deltas4x4)(const vec e[4], float *to, size_t next) {
  const vec evenA = e[0] + AA * e[2], oddA = A * (e[1] + AA * e[3]);
  const vec evenB = e[0] + BB * e[2], oddB = B * (e[1] + BB * e[3]);
  store(to, e[0]);
  store(to + next, evenA + oddA);
  store(to + 2 * next, evenA - oddA);
  store(to + 3 * next, evenB + oddB);
  store(to + 4 * next, evenB - oddB);
  store(to + 5 * next, e[3]);
}

/** The transformed gradients of a part's outputs: [point][filter][tile]. */
INLINE void N(partDeltas)(struct planes delta, struct N(part) part, int width, int height, float *deltas,
                          size_t point) {
  for (int f = 0; f < delta.count; f++) FOR_TILES(part) {
    const int x = 4 * (part.x + tx), y = 4 * (part.y + ty);
    vec rows[4][6] = {};
    UNROLL for (int r = 0; r < 4; r++) if (y + r < height) {
      vec e[4];
      fourthInside((const float *)(delta.data + f * delta.plane + (y + r) * delta.row) + x, e, width - x);
      N(deltas4x4)(e, (float *)rows[r], W);
    }
    float *to = deltas + (size_t)f * LINE + ty * part.across + tx;
    UNROLL for (int j = 0; j < 6; j++) {
      const vec e[4] = { rows[0][j], rows[1][j], rows[2][j], rows[3][j] };
      N(deltas4x4)(e, to + j * point, 6 * point);
    }
  }
}

/** The samples of one point, [channel][tile], as [tile][channel, whole vectors]: then no sum crosses lanes. */
INLINE void N(transpose4x4)(const float *from, int channels, int tiles, float *to, int row) {
  for (int c = 0; c < channels; c += W)
    for (int t = 0; t < tiles; t += W) {
      vec v[W];
      UNROLL for (int i = 0; i < W; i++) v[i] = c + i < channels ? load(from + (size_t)(c + i) * LINE + t) : (vec){};
      // Each round interleaves the first half with the second.
      UNROLL for (int round = 1; round < W; round *= 2) {
        vec u[W];
        UNROLL for (int i = 0; i < W / 2; i++) {
          u[2 * i] = low(v[i], v[i + W / 2]);
          u[2 * i + 1] = high(v[i], v[i + W / 2]);
        }
        UNROLL for (int i = 0; i < W; i++) v[i] = u[i];
      }
      UNROLL for (int i = 0; i < W; i++) store(to + (size_t)(t + i) * row + c, v[i]);
    }
}

/** Sums over tiles of 4 filters' lines times v vectors of channels, added to sums[filter * row + channel]. */
INLINE void N(sums4x4)(const float *lines, const float *samples, int row, int tiles, float *sums, const int v) {
  vec s[4 * 2];
  UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < v; j++) s[i * v + j] = load(sums + i * row + W * j);
  for (int t = 0; t < tiles; t++, samples += row) {
    vec x[2];
    UNROLL for (int j = 0; j < v; j++) x[j] = load(samples + W * j);
    UNROLL for (int i = 0; i < 4; i++) {
      const vec e = splat(lines[i * LINE + t]);
      UNROLL for (int j = 0; j < v; j++) s[i * v + j] += x[j] * e;
    }
  }
  UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < v; j++) store(sums + i * row + W * j, s[i * v + j]);
}

/** Three taps of six sums `step` floats apart. */
INLINE void N(taps4x4)(const float *p, size_t step, vec g[3]) {
  const float q = 1 / (2 * AA * (AA - BB)), r = 1 / (2 * BB * (BB - AA));
  const vec s1 = load(p + step), s2 = load(p + 2 * step), s3 = load(p + 3 * step), s4 = load(p + 4 * step);
  const vec plusA = q * (s1 + s2), plusB = r * (s3 + s4);
  g[0] = 1 / (AA * BB) * load(p) + (plusA + plusB);
  g[1] = q * A * (s1 - s2) + r * B * (s3 - s4);
  g[2] = (AA * plusA + BB * plusB) + load(p + 5 * step);
}

/** One filter's taps for W channels, of which n count, from sums `next` floats apart, added to [channel][9]. */
INLINE void N(addTaps4x4)(const float *sums, size_t next, int n, float *gradient) {
  vec columns[3][6], taps[9];
  UNROLL for (int j = 0; j < 6; j++) {
    vec g[3];
    N(taps4x4)(sums + j * next, 6 * next, g);
    UNROLL for (int r = 0; r < 3; r++) columns[r][j] = g[r];
  }
  UNROLL for (int r = 0; r < 3; r++) N(taps4x4)((const float *)columns[r], W, taps + 3 * r);
  const float *flat = (const float *)taps;
  for (int i = 0; i < n && i < W; i++) for (int t = 0; t < 9; t++) gradient[9 * i + t] += flat[W * t + i];
}

static TARGET void N(kernelGradientWinograd4x4)(char *m, uint32_t deltasAt, uint32_t at, int width, int height,
                                                uint32_t gradient, uint32_t biasGradient) {
  const struct planes delta = planesAt(m, deltasAt);
  const struct workspace space = workspaceAt(m, at);
  const struct planes in = N(notedSamples)(m, space);
  const int filters = (delta.count + 3) / 4 * 4, row = (in.count + W - 1) / W * W;
  const size_t point = POINT(in.count), deltaPoint = POINT(filters), next = (size_t)filters * row + 16;
  ALIGNED float samples[36 * POINT(64)], deltas[36 * POINT(64)], turned[LINE * 64], sums[36 * (64 * 64 + 16)];
  memset(deltas, 0, sizeof *deltas * 36 * deltaPoint);
  memset(sums, 0, sizeof *sums * 36 * next);
  sumPlanes(delta, width, height, (float *)(m + biasGradient));
  struct N(part) part = { 0, 0, 0, 0 };
  for (int y = 0; 4 * y < height; y += part.down) for (int x = 0; x < space.tiles; x += part.across) {
    part = N(partAt)(x, y, space.tiles, height);
    const int tiles = part.across * part.down;
    N(partSamples)(in, part, height, samples);
    N(partDeltas)(delta, part, width, height, deltas, deltaPoint);
    for (int j = 0; j < 36; j++) {
      N(transpose4x4)(samples + j * point, in.count, tiles, turned, row);
      for (int f = 0; f < filters; f += 4) {
        const float *lines = deltas + j * deltaPoint + (size_t)f * LINE;
        float *to = sums + j * next + (size_t)f * row;
        int c = 0;
        for (; c + W < row; c += 2 * W) N(sums4x4)(lines, turned + c, row, tiles, to + c, 2);
        if (c < row) N(sums4x4)(lines, turned + c, row, tiles, to + c, 1);
      }
    }
  }
  for (int f = 0; f < delta.count; f++) for (int c = 0; c < in.count; c += W)
    N(addTaps4x4)(sums + (size_t)f * row + c, next, in.count - c,
                  (float *)(m + gradient) + (size_t)(f * in.count + c) * 9);
}

#undef A
#undef B
#undef AA
#undef BB
#undef LINE
#undef POINT
#undef ALIGNED
#undef FOR_TILES
