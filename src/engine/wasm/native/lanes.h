// Vectors of W floats, in the vector extensions of GCC and clang. All names end in W, as every width is compiled.
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define N(name) JOIN(name, W)
#define INLINE static inline __attribute__((always_inline)) TARGET

typedef float N(vec) __attribute__((vector_size(4 * W)));
typedef int N(ints) __attribute__((vector_size(4 * W)));
typedef float N(loose) __attribute__((vector_size(4 * W), aligned(4), may_alias));
#define vec N(vec)
#define ints N(ints)

INLINE vec N(load)(const void *p) { return *(const N(loose) *)p; }
INLINE void N(store)(void *p, vec v) { *(N(loose) *)p = v; }
// By subtraction: x - 0 is x, while x + 0 may not be left out.
INLINE vec N(splat)(float x) { return x - (vec){}; }
#define load N(load)
#define store N(store)
#define splat N(splat)

#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ints){ __VA_ARGS__ })
#endif

#if W == 4
#define EVENS 0, 2, 4, 6
#define ODDS 1, 3, 5, 7
#define LOWS 0, 4, 1, 5
#define HIGHS 2, 6, 3, 7
#define COUNTED 0, 1, 2, 3
#elif W == 8
#define EVENS 0, 2, 4, 6, 8, 10, 12, 14
#define ODDS 1, 3, 5, 7, 9, 11, 13, 15
#define LOWS 0, 8, 1, 9, 2, 10, 3, 11
#define HIGHS 4, 12, 5, 13, 6, 14, 7, 15
#define COUNTED 0, 1, 2, 3, 4, 5, 6, 7
#else
#define EVENS 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODDS 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define LOWS 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGHS 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define COUNTED 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#endif

INLINE vec N(even)(vec a, vec b) { return SHUFFLE(a, b, EVENS); }
INLINE vec N(odd)(vec a, vec b) { return SHUFFLE(a, b, ODDS); }
/** a0 b0 a1 b1 ... */
INLINE vec N(low)(vec a, vec b) { return SHUFFLE(a, b, LOWS); }
/** The other half of that. */
INLINE vec N(high)(vec a, vec b) { return SHUFFLE(a, b, HIGHS); }
#define even N(even)
#define odd N(odd)
#define low N(low)
#define high N(high)

INLINE vec N(where)(ints mask, vec v) { return (vec)(mask & (ints)v); }
/** True in the first n lanes. */
INLINE ints N(first)(int n) { return (ints){ COUNTED } < (n - (ints){}); }
#define where N(where)
#define first N(first)

/** Writes the first n lanes, all of them where n is W or more. */
INLINE void N(storeFirst)(float *p, vec v, int n) {
  if (n >= W) store(p, v);
  else for (int i = 0; i < n; i++) p[i] = v[i];
}
#define storeFirst N(storeFirst)

/** Stores the first n lanes of a sum with a mode. Nothing beside them is touched, so planes keep the zeros around. */
INLINE void N(finish)(vec sum, float *at, int mode, int n) {
  if (mode == RELU) sum = where(sum > (vec){}, sum);
  else if (mode == MASK) sum = where(load(at) > (vec){}, sum);
  else if (mode == ADD) sum += load(at);
  storeFirst(at, sum, n);
}
#define finish N(finish)

/** Lane k of the result is the sum of vector k's lanes, for n vectors; the other lanes are zero. */
INLINE vec N(sumAcross)(const vec *sums, const int n) {
  vec t[W];
  UNROLL for (int i = 0; i < W; i++) t[i] = i < n ? sums[i] : (vec){};
  UNROLL for (int half = W / 2; half > 0; half /= 2)
    UNROLL for (int i = 0; i < half; i++) t[i] = even(t[2 * i], t[2 * i + 1]) + odd(t[2 * i], t[2 * i + 1]);
  return t[0];
}
#define sumAcross N(sumAcross)

#if W == 8
// Shuffles across the halves of these vectors take two instructions or three: first the halves are exchanged, then
// quarters within them.
#define HALVES(a, b, i, j) SHUFFLE(a, b, i, i + 1, i + 2, i + 3, 8 + j, 9 + j, 10 + j, 11 + j)
INLINE void N(turnFours)(vec v[4]) {
  const vec p = SHUFFLE(v[0], v[1], 0, 8, 1, 9, 4, 12, 5, 13), q = SHUFFLE(v[0], v[1], 2, 10, 3, 11, 6, 14, 7, 15);
  const vec r = SHUFFLE(v[2], v[3], 0, 8, 1, 9, 4, 12, 5, 13), s = SHUFFLE(v[2], v[3], 2, 10, 3, 11, 6, 14, 7, 15);
  v[0] = SHUFFLE(p, r, 0, 1, 8, 9, 4, 5, 12, 13);
  v[1] = SHUFFLE(p, r, 2, 3, 10, 11, 6, 7, 14, 15);
  v[2] = SHUFFLE(q, s, 0, 1, 8, 9, 4, 5, 12, 13);
  v[3] = SHUFFLE(q, s, 2, 3, 10, 11, 6, 7, 14, 15);
}
#endif

/** 4 W samples in a row as those of each fourth: d[k] holds samples k, k + 4, k + 8, ... */
INLINE void N(everyFourth)(const float *p, vec d[4]) {
  const vec a = load(p), b = load(p + W), c = load(p + 2 * W), e = load(p + 3 * W);
#if W == 8
  d[0] = HALVES(a, c, 0, 0);
  d[1] = HALVES(a, c, 4, 4);
  d[2] = HALVES(b, e, 0, 0);
  d[3] = HALVES(b, e, 4, 4);
  N(turnFours)(d);
#else
  const vec evenLow = even(a, b), evenHigh = even(c, e), oddLow = odd(a, b), oddHigh = odd(c, e);
  d[0] = even(evenLow, evenHigh);
  d[1] = even(oddLow, oddHigh);
  d[2] = odd(evenLow, evenHigh);
  d[3] = odd(oddLow, oddHigh);
#endif
}
#define everyFourth N(everyFourth)

/** The inverse of that: y[k] become 4 W samples in a row, of which n count. */
INLINE void N(finishFourth)(const vec y[4], float *at, int mode, int n) {
#if W == 8
  vec v[4] = { y[0], y[1], y[2], y[3] };
  N(turnFours)(v);
  const vec out[4] = { HALVES(v[0], v[1], 0, 0), HALVES(v[2], v[3], 0, 0), HALVES(v[0], v[1], 4, 4),
                       HALVES(v[2], v[3], 4, 4) };
#else
  const vec p = low(y[0], y[2]), q = low(y[1], y[3]), r = high(y[0], y[2]), s = high(y[1], y[3]);
  const vec out[4] = { low(p, q), high(p, q), low(r, s), high(r, s) };
#endif
  UNROLL for (int k = 0; k < 4; k++) if (n > k * W) finish(out[k], at + k * W, mode, n - k * W);
}
#define finishFourth N(finishFourth)

/** The same for n samples, and zeros behind them. */
INLINE void N(fourthInside)(const float *p, vec d[4], int n) {
  if (n >= 4 * W) { everyFourth(p, d); return; }
  float inside[4 * W] = { 0 };
  memcpy(inside, p, 4 * (size_t)n);
  everyFourth(inside, d);
}
#define fourthInside N(fourthInside)
