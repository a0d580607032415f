// The kernels at every width that this kind of processor may have, and which of them it has.
#include <math.h>
#include "kernels.h"

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/** Activations in the order of `activations` in network/network.ts. */
enum { LEAKY = 2, PRELU, TANH };
#define LEAK 0.1f

#if defined(__x86_64__) || defined(_M_X64)
#define W 16
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define FILTERS 8
#define DIRECT_VECTORS 2
#define SINGLE_ROWS 7
#define CASES CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
#define DOT_LINES 4
#define MOST_DOTS 16
#define TILE_VECTORS 4
#include "width.h"

#define W 8
#define TARGET __attribute__((target("avx2,fma")))
#define FILTERS 4
#define DIRECT_VECTORS 2
#define SINGLE_ROWS 4
#define CASES CASE(1) CASE(2) CASE(3) CASE(4)
#define DOT_LINES 3
#define MOST_DOTS 12
#define TILE_VECTORS 2
#include "width.h"

// Asked of the processor itself: under zig, __builtin_cpu_supports answers no to everything.
static void cpuid(unsigned leaf, unsigned r[4]) {
  __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

static int widest(void) {
  unsigned r[4], low, high;
  cpuid(0, r);
  if (r[0] < 7) return 0;
  cpuid(1, r);
  // Fused multiply-add, and that the system saves wide registers, and which.
  if (!(r[2] >> 12 & 1) || !(r[2] >> 27 & 1)) return 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  cpuid(7, r);
  const unsigned avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  if ((low & 0xe6) == 0xe6 && (r[1] & avx512) == avx512) return 16;
  return (low & 6) == 6 && (r[1] >> 5 & 1) ? 8 : 0;
}

const struct kernels *kernelsFor(int lanes) {
  if (lanes > widest()) return NULL;
  return lanes == 16 ? &kernels16 : lanes == 8 ? &kernels8 : NULL;
}

#elif defined(__aarch64__)
#define W 4
#define TARGET
#define FILTERS 8
#define DIRECT_VECTORS 2
#define SINGLE_ROWS 7
#define CASES CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
#define DOT_LINES 4
#define MOST_DOTS 16
#define TILE_VECTORS 4
#include "width.h"

const struct kernels *kernelsFor(int lanes) { return lanes == 4 ? &kernels4 : NULL; }

#else
const struct kernels *kernelsFor(int lanes) { (void)lanes; return NULL; }
#endif
