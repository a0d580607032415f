// The kernels of assembly/kernels.ts in C: the same arguments, layouts and packed weights. Addresses count bytes from
// the start of the shared memory `m`.
#ifndef KERNELS_H
#define KERNELS_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** How a sum is stored, as in assembly/sums.ts. */
enum { LINEAR, RELU, MASK, ADD };

/** Planes: the first sample that a kernel touches, bytes from plane to plane and row to row, and how many planes. */
struct planes {
  char *data;
  size_t plane, row;
  int count;
};

/** A workspace of minimal filtering: transformed samples, lines for products, sums, and tiles in a row. */
struct workspace {
  struct planes samples;
  char *lines;
  size_t line;
  char *sums;
  int tiles;
};

/** Reads what plan/views.ts has written. */
static inline struct planes planesAt(char *m, uint32_t at) {
  uint32_t words[4];
  memcpy(words, m + at, sizeof words);
  return (struct planes){ m + words[0], words[1], words[2], (int)words[3] };
}

static inline struct workspace workspaceAt(char *m, uint32_t at) {
  uint32_t words[4];
  memcpy(words, m + at + 16, sizeof words);
  return (struct workspace){ planesAt(m, at), m + words[0], words[1], m + words[2], (int)words[3] };
}

/** The kernels for one width of vectors. */
struct kernels {
  /** Floats of a vector. */
  int lanes;
  void (*convolve)(char *m, uint32_t from, uint32_t weights, uint32_t bias, int kernel, uint32_t to, int width,
                   int height, int mode);
  void (*convolveSingle)(char *m, uint32_t from, uint32_t weights, uint32_t bias, int kernel, uint32_t to, int width,
                         int height, int mode);
  void (*kernelGradient)(char *m, uint32_t deltas, uint32_t from, int kernel, int width, int height, uint32_t gradient,
                         uint32_t biasGradient, int margin);
  void (*activate)(char *m, uint32_t from, uint32_t to, int width, int height, int activation, uint32_t slopes);
  void (*differentiateActivation)(char *m, uint32_t gates, uint32_t deltas, int width, int height, int activation,
                                  uint32_t slopes, uint32_t slopeGradient);
  void (*pass)(char *m, uint32_t from, uint32_t to, int width, int height, int mode);
  void (*transformWinograd3)(char *m, uint32_t from, int rows, uint32_t workspace);
  void (*convolveWinograd3)(char *m, uint32_t workspace, uint32_t weights, uint32_t bias, int kernel, uint32_t to,
                            int width, int height, int mode);
  void (*kernelGradientWinograd3)(char *m, uint32_t deltas, uint32_t workspace, int kernel, int width, int height,
                                  uint32_t gradient, uint32_t biasGradient);
  void (*transformWinograd5)(char *m, uint32_t from, int rows, uint32_t workspace);
  void (*convolveWinograd5)(char *m, uint32_t workspace, uint32_t weights, uint32_t bias, uint32_t to, int width,
                            int height, int mode);
  void (*kernelGradientWinograd5)(char *m, uint32_t deltas, uint32_t workspace, int width, int height,
                                  uint32_t gradient, uint32_t biasGradient);
  void (*transformWinograd4x4)(char *m, uint32_t from, int height, uint32_t workspace);
  void (*convolveWinograd4x4)(char *m, uint32_t workspace, uint32_t weights, uint32_t bias, uint32_t to, int width,
                              int height, int mode, uint32_t slopes);
  void (*kernelGradientWinograd4x4)(char *m, uint32_t deltas, uint32_t workspace, int width, int height,
                                    uint32_t gradient, uint32_t biasGradient);
};

/** The kernels for vectors of so many floats; NULL where this processor has no such vectors. */
const struct kernels *kernelsFor(int lanes);

/** What goes sample by sample, or only moves samples: the same for all widths. */
double lossOf(char *m, int kind, uint32_t outputs, int width, int height, uint32_t target, int factor, int border,
              float scale);
double frequencyLossOf(char *m, uint32_t outputs, int width, int height, uint32_t target, int factor, int border,
                       float scale, uint32_t table, uint32_t workspace);
void writeShuffled(char *m, uint32_t from, int factor, uint32_t to, int width, int height);
void copyRows(char *m, uint32_t from, uint32_t to, uint32_t bytes, int height);
void clearOutside(char *m, uint32_t planes, int width, int height, int left, int right, int top, int bottom);

#endif
