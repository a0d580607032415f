// Nothing but multiply-adds on registers, in vectors of LANES numbers: what the processor can do at best at this width.
// Compiled by nativePeak.ts. The argument is the number of rounds; it prints milliseconds.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef float vector __attribute__((vector_size(4 * LANES)));

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e3 * time.tv_sec + 1e-6 * time.tv_nsec;
}

int main(int count, char **words) {
  long rounds = count > 1 ? atol(words[1]) : 0;
  // Ten independent sums: one multiply-add takes 4 cycles, and two start in each.
  vector sums[10], factor, term;
  for (int i = 0; i < LANES; i++) {
    factor[i] = 0.5f + 1e-9f * count;
    term[i] = 0.25f;
    for (int k = 0; k < 10; k++) sums[k][i] = k;
  }
  double began = now();
  for (long round = 0; round < rounds; round++)
    for (int k = 0; k < 10; k++) sums[k] = sums[k] * factor + term;
  double took = now() - began;
  float rest = 0;
  for (int k = 0; k < 10; k++)
    for (int i = 0; i < LANES; i++) rest += sums[k][i];
  printf("%f\n", rest == 12345 ? 0 : took);
  return 0;
}
