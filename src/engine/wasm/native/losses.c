// Losses: assembly/losses.ts. Their order and constants are those of engine/losses/losses.ts.
#include <math.h>
#include "kernels.h"

enum { MSE, L1, CHARBONNIER, HUBER };
#define CHARBONNIER_SQUARE 1e-6f
#define HUBER_EDGE 0.1f

static inline double valueOf(const int kind, float e) {
  const float size = fabsf(e);
  if (kind == L1) return size;
  if (kind == CHARBONNIER) return sqrtf(e * e + CHARBONNIER_SQUARE);
  if (kind == HUBER) return size <= HUBER_EDGE ? (double)e * e / 2 : HUBER_EDGE * (size - HUBER_EDGE / 2);
  return (double)e * e;
}

static inline float slopeOf(const int kind, float e) {
  if (kind == L1) return (float)((e > 0) - (e < 0));
  if (kind == CHARBONNIER) return e / sqrtf(e * e + CHARBONNIER_SQUARE);
  if (kind == HUBER) return e < -HUBER_EDGE ? -HUBER_EDGE : e > HUBER_EDGE ? HUBER_EDGE : e;
  return e;
}

/** One row of a plane: sample x has its target at x * factor. Outside [from, to) there is no error. */
static inline double rowOf(const int kind, float *row, int width, const float *target, int factor, int from, int to,
                           float scale) {
  double sum = 0;
  for (int x = 0; x < width; x++) {
    const int inside = x >= from && x < to;
    const float e = inside ? row[x] - target[(size_t)x * factor] : 0;
    if (inside) sum += valueOf(kind, e);
    row[x] = scale * slopeOf(kind, e);
  }
  return sum;
}

double lossOf(char *m, int kind, uint32_t at, int width, int height, uint32_t target, int factor, int border,
              float scale) {
  const struct planes outputs = planesAt(m, at);
  const int area = factor * factor, wide = width * factor, high = height * factor;
  double sum = 0;
  for (int c = 0; c < outputs.count; c++) {
    const int i = c % area / factor, j = c % factor;
    // Columns x * factor + j from `border` on and below wide - border.
    const int from = (border - j + factor - 1) / factor, to = (wide - border - j + factor - 1) / factor;
    for (int y = 0; y < height; y++) {
      float *row = (float *)(outputs.data + c * outputs.plane + y * outputs.row);
      const int line = y * factor + i, counts = line >= border && line < high - border;
      const float *t = (float *)(m + target) + ((size_t)(c / area) * high + line) * wide + j;
#define ROW(kind) rowOf(kind, row, width, t, factor, counts ? from : 0, counts ? to : 0, scale)
      sum += kind == L1 ? ROW(L1) : kind == CHARBONNIER ? ROW(CHARBONNIER) : kind == HUBER ? ROW(HUBER) : ROW(MSE);
#undef ROW
    }
  }
  return sum;
}
