// Rows of planes moved, cleared and shuffled: assembly/rows.ts and elementwise.ts.
#include "kernels.h"

void copyRows(char *m, uint32_t fromAt, uint32_t toAt, uint32_t bytes, int height) {
  const struct planes from = planesAt(m, fromAt), to = planesAt(m, toAt);
  for (int c = 0; c < from.count; c++)
    for (int y = 0; y < height; y++)
      memmove(to.data + c * to.plane + y * to.row, from.data + c * from.plane + y * from.row, bytes);
}

void clearOutside(char *m, uint32_t at, int width, int height, int left, int right, int top, int bottom) {
  const struct planes planes = planesAt(m, at);
  for (int c = 0; c < planes.count; c++)
    for (int y = 0; y < height; y++) {
      float *row = (float *)(planes.data + c * planes.plane + y * planes.row);
      const int inside = y >= top && y < bottom, from = inside ? left : width, to = inside ? right : width;
      for (int x = 0; x < from; x++) row[x] = 0;
      for (int x = to; x < width; x++) row[x] = 0;
    }
}

void writeShuffled(char *m, uint32_t fromAt, int factor, uint32_t toAt, int width, int height) {
  const struct planes from = planesAt(m, fromAt), to = planesAt(m, toAt);
  const int area = factor * factor;
  for (int c = 0; c < from.count; c++)
    for (int y = 0; y < height; y++) {
      const int i = c % area / factor, j = c % factor;
      const float *p = (float *)(from.data + c * from.plane + y * from.row);
      float *q = (float *)(to.data + c / area * to.plane + (y * factor + i) * to.row) + j;
      for (int x = 0; x < width; x++) q[(size_t)x * factor] = p[x];
    }
}
