// Minimal filtering F(4,5) along rows for 5 x 5 kernels between many planes: assembly/winograd5.ts has the formulas.

static TARGET void N(transformWinograd5)(char *m, uint32_t from, int rows, uint32_t at) {
  const struct planes in = planesAt(m, from);
  const struct workspace space = workspaceAt(m, at);
  const size_t next = in.count * space.samples.plane;
  for (int c = 0; c < in.count; c++)
    for (int y = 0; y < rows; y++) {
      const float *row = (const float *)(in.data + c * in.plane + y * in.row);
      char *to = space.samples.data + c * space.samples.plane + 4 * (size_t)(y * space.tiles);
      for (int x = 0; x < space.tiles; x += W, to += 4 * W) {
        vec d[4], e[4];
        everyFourth(row + 4 * x, d);
        everyFourth(row + 4 * x + 4, e);
        char *p = to;
        store(p, (d[0] - e[2]) + 5.25f * (e[0] - d[2]));
        vec evens = (d[2] + e[2]) - 4.25f * e[0], odds = (d[1] + e[1]) - 4.25f * d[3];
        store(p += next, evens + odds);
        store(p += next, evens - odds);
        evens = (e[2] + 0.25f * d[2]) - 1.25f * e[0];
        odds = (0.5f * d[1] - 2.5f * d[3]) + 2 * e[1];
        store(p += next, evens + odds);
        store(p += next, evens - odds);
        evens = (e[2] + 4 * d[2]) - 5 * e[0];
        odds = (2 * d[1] - 2.5f * d[3]) + 0.5f * e[1];
        store(p += next, evens + odds);
        store(p += next, evens - odds);
        store(p + next, (e[3] - d[1]) + 5.25f * (d[3] - e[1]));
      }
    }
}

/** One filter's outputs from its products, which lie `next` apart. */
INLINE void N(formWinograd5)(const char *products, size_t next, int tiles, float bias, char *out, size_t outRow,
                             int width, int height, int mode) {
  const vec b = splat(bias);
  for (int y = 0; y < height; y++, out += outRow)
    for (int x = 0; x < tiles; x += W) {
      const char *p = products + 4 * (size_t)(y * tiles + x);
      vec s[4], e[4];
      UNROLL for (int k = 1; k < 4; k++) {
        const vec plus = load(p + (2 * k - 1) * next), minus = load(p + 2 * k * next);
        s[k] = plus + minus;
        e[k] = plus - minus;
      }
      const vec results[4] = {
        (b + load(p)) + (s[1] + (s[2] + s[3])),
        (b + e[1]) + (2 * e[2] + 0.5f * e[3]),
        (b + s[1]) + (4 * s[2] + 0.25f * s[3]),
        ((b + e[1]) + load(p + 7 * next)) + (8 * e[2] + 0.125f * e[3]),
      };
      finishFourth(results, (float *)out + 4 * x, mode, width - 4 * x);
    }
}

/** One filter's gradient of its outputs, transformed, in lines `next` apart. */
INLINE void N(deltaWinograd5)(const char *delta, size_t row, int tiles, int width, int height, char *to, size_t next) {
  for (int y = 0; y < height; y++, delta += row)
    for (int x = 0; x < tiles; x += W) {
      vec e[4];
      fourthInside((const float *)delta + 4 * x, e, width - 4 * x);
      char *p = to + 4 * (size_t)(y * tiles + x);
      store(p, e[0]);
      vec evens = e[0] + e[2], odds = e[1] + e[3];
      store(p += next, evens + odds);
      store(p += next, evens - odds);
      evens = e[0] + 4 * e[2];
      odds = 2 * e[1] + 8 * e[3];
      store(p += next, evens + odds);
      store(p += next, evens - odds);
      evens = e[0] + 0.25f * e[2];
      odds = 0.5f * e[1] + 0.125f * e[3];
      store(p += next, evens + odds);
      store(p += next, evens - odds);
      store(p + next, e[3]);
    }
}

/** The taps' gradient of one filter's kernels from its sums, [channel][row] each and `next` apart: 5 taps a row. */
INLINE void N(addTapsWinograd5)(const float *sums, size_t next, int rows, float *to) {
  for (int row = 0; row < rows; row++, sums++, to += 5) {
    const float m1 = sums[next], n1 = sums[2 * next], m2 = sums[3 * next], n2 = sums[4 * next];
    const float m3 = sums[5 * next], n3 = sums[6 * next];
    const float u1 = -(m1 + n1) * 2 / 9, v1 = (n1 - m1) * 2 / 9, u2 = (m2 + n2) / 90, v2 = (m2 - n2) / 90;
    const float u3 = (m3 + n3) * 32 / 45, v3 = (m3 - n3) * 32 / 45;
    to[0] += sums[0] + (u1 + (u2 + u3));
    to[1] += v1 + (2 * v2 + 0.5f * v3);
    to[2] += u1 + (4 * u2 + 0.25f * u3);
    to[3] += v1 + (8 * v2 + 0.125f * v3);
    to[4] += u1 + (16 * u2 + 0.0625f * u3) + sums[7 * next];
  }
}
