// A loss of the frequencies of 8x8 blocks: assembly/frequencies.ts.
#include <stddef.h>
#include "kernels.h"

enum { SIDE = 8, AREA = 64 };

/** The product of two blocks; `product` is neither of them. */
static void multiply(const float *a, const float *b, float *product) {
  for (int row = 0; row < SIDE; row++) {
    float sums[SIDE] = { 0 };
    for (int k = 0; k < SIDE; k++)
      for (int x = 0; x < SIDE; x++) sums[x] += a[row * SIDE + k] * b[k * SIDE + x];
    for (int x = 0; x < SIDE; x++) product[row * SIDE + x] = sums[x];
  }
}

/** Where the outputs hold the pixel (x, y) of a channel of the picture that they are shuffled to. */
static inline float *pixelOf(const struct planes *outputs, int factor, int channel, int x, int y) {
  const size_t plane = ((size_t)channel * factor + y % factor) * factor + x % factor;
  return (float *)(outputs->data + plane * outputs->plane + (size_t)(y / factor) * outputs->row) + x / factor;
}

/** Weighs frequencies, times `scale`, and returns the sum of their squares times their weights. */
static double weigh(float *frequencies, const float *weights, float scale) {
  double sum = 0;
  for (int i = 0; i < AREA; i++) {
    const float weighted = frequencies[i] * weights[i];
    sum += (double)frequencies[i] * weighted;
    frequencies[i] = scale * weighted;
  }
  return sum;
}

/** Where the first block begins: the blocks lie in the middle of what the border leaves. */
static inline int firstOf(int length, int border) {
  return border + (length - 2 * border) % SIDE / 2;
}

double frequencyLossOf(char *m, uint32_t at, int width, int height, uint32_t target, int factor, int border,
                       float scale, uint32_t table, uint32_t workspace) {
  const struct planes outputs = planesAt(m, at);
  const int wide = width * factor, high = height * factor;
  const int left = firstOf(wide, border), top = firstOf(high, border);
  const int right = left + (wide - 2 * left) / SIDE * SIDE, bottom = top + (high - 2 * top) / SIDE * SIDE;
  const float *weights = (float *)(m + table), *transform = weights + AREA, *back = transform + AREA;
  float *block = (float *)(m + workspace), *half = block + AREA, *frequencies = half + AREA;
  double sum = 0;
  for (int channel = 0; channel < outputs.count / (factor * factor); channel++) {
    const float *picture = (float *)(m + target) + (size_t)channel * wide * high;
    for (int y = top; y < bottom; y += SIDE)
      for (int x = left; x < right; x += SIDE) {
        for (int i = 0; i < AREA; i++)
          block[i] = *pixelOf(&outputs, factor, channel, x + i % SIDE, y + i / SIDE) -
                     picture[(size_t)(y + i / SIDE) * wide + x + i % SIDE];
        multiply(transform, block, half);
        multiply(half, back, frequencies);
        sum += weigh(frequencies, weights, scale);
        multiply(back, frequencies, half);
        multiply(half, transform, block);
        for (int i = 0; i < AREA; i++) *pixelOf(&outputs, factor, channel, x + i % SIDE, y + i / SIDE) = block[i];
      }
    for (int y = 0; y < high; y++)
      for (int x = 0; x < wide; x++)
        if (x < left || x >= right || y < top || y >= bottom) *pixelOf(&outputs, factor, channel, x, y) = 0;
  }
  return sum;
}
