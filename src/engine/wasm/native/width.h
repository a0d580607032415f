// All kernels for one width, included by kernels.c once for each. W floats are a vector, TARGET the instructions that
// have it. The other numbers say how many sums stay in registers: 16 registers hold 12 sums or 8, 32 hold 24.
#include "lanes.h"
#include "sums.h"
#include "direct.h"
#include "elementwise.h"
#include "winograd3.h"
#include "winograd4x4.h"
#include "winograd4x4Gradient.h"
#include "winograd5.h"
#include "winogradRows.h"

static const struct kernels N(kernels) = {
  W, N(convolve), N(convolveSingle), N(kernelGradient), N(activate), N(differentiateActivation), N(pass),
  N(transformWinograd3), N(convolveWinograd3), N(kernelGradientWinograd3),
  N(transformWinograd5), N(convolveWinograd5), N(kernelGradientWinograd5),
  N(transformWinograd4x4), N(convolveWinograd4x4), N(kernelGradientWinograd4x4),
};

#undef vec
#undef ints
#undef load
#undef store
#undef splat
#undef SHUFFLE
#undef EVENS
#undef ODDS
#undef LOWS
#undef HIGHS
#undef COUNTED
#undef even
#undef odd
#undef low
#undef high
#undef where
#undef first
#undef storeFirst
#undef finish
#undef sumAcross
#undef everyFourth
#undef HALVES
#undef fourthInside
#undef finishFourth
#undef sumPlanes
#undef dots
#undef sumTiles
#undef INLINE
#undef W
#undef TARGET
#undef FILTERS
#undef DIRECT_VECTORS
#undef SINGLE_ROWS
#undef CASES
#undef DOT_LINES
#undef MOST_DOTS
#undef TILE_VECTORS
