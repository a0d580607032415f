// Sample by sample over planes of one size: assembly/elementwise.ts. Nothing beside the samples is written.

/** Those that `finish` does not do: the order of `activations` in network/network.ts. */
INLINE vec N(belowZero)(vec value, vec gate, float slope) {
  const ints above = gate > (vec){};
  return (vec)((above & (ints)value) | (~above & (ints)(value * slope)));
}

static TARGET void N(activate)(char *m, uint32_t from, uint32_t to, int width, int height, int activation,
                               uint32_t slopes) {
  const struct planes in = planesAt(m, from), out = planesAt(m, to);
  for (int c = 0; c < in.count; c++) {
    const float slope = activation == PRELU ? ((float *)(m + slopes))[c] : LEAK;
    for (int y = 0; y < height; y++) {
      const float *p = (float *)(in.data + c * in.plane + y * in.row);
      float *q = (float *)(out.data + c * out.plane + y * out.row);
      if (activation == TANH) for (int x = 0; x < width; x++) q[x] = tanhf(p[x]);
      else for (int x = 0; x < width; x += W) {
        const vec value = load(p + x);
        storeFirst(q + x, N(belowZero)(value, value, slope), width - x);
      }
    }
  }
}

static TARGET void N(differentiateActivation)(char *m, uint32_t gates, uint32_t deltas, int width, int height,
                                              int activation, uint32_t slopes, uint32_t slopeGradient) {
  const struct planes gate = planesAt(m, gates), delta = planesAt(m, deltas);
  for (int c = 0; c < delta.count; c++) {
    const float slope = activation == PRELU ? ((float *)(m + slopes))[c] : activation == LEAKY ? LEAK : 0;
    double ofSlope = 0;
    for (int y = 0; y < height; y++) {
      const float *p = (float *)(gate.data + c * gate.plane + y * gate.row);
      float *q = (float *)(delta.data + c * delta.plane + y * delta.row);
      vec row[W] = {};
      for (int x = 0; x < width; x += W) {
        const vec g = load(p + x), d = load(q + x);
        const vec changed = activation == TANH ? d * (1 - g * g) : N(belowZero)(d, g, slope);
        row[0] += where((g < (vec){}) & first(width - x), d * g);
        storeFirst(q + x, changed, width - x);
      }
      if (activation == PRELU) ofSlope += sumAcross(row, 1)[0];
    }
    if (activation == PRELU) ((float *)(m + slopeGradient))[c] += (float)ofSlope;
  }
}

static TARGET void N(pass)(char *m, uint32_t from, uint32_t to, int width, int height, int mode) {
  const struct planes in = planesAt(m, from), out = planesAt(m, to);
  const int many = in.count > out.count ? in.count : out.count, fromEach = many / in.count, toEach = many / out.count;
  for (int c = 0; c < many; c++) {
    const int how = c % toEach != 0 && mode == LINEAR ? ADD : mode;
    for (int y = 0; y < height; y++) {
      const float *p = (float *)(in.data + c / fromEach * in.plane + y * in.row);
      float *q = (float *)(out.data + c / toEach * out.plane + y * out.row);
      for (int x = 0; x < width; x += W) finish(load(p + x), q + x, how, width - x);
    }
  }
}
