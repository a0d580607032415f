// The kernels for Node: attach(memory, lanes) gives an object of functions that take the same numbers as the exports of
// assembly/kernels.ts, or null where this processor has no vectors of so many floats.
#include <node_api.h>
#include <stdlib.h>
#include "kernels.h"

struct attached {
  char *memory;
  const struct kernels *kernels;
};

enum { MOST_ARGUMENTS = 9 };

/** The numbers of a call; those that are missing are zero. */
static const struct attached *numbers(napi_env env, napi_callback_info info, double n[MOST_ARGUMENTS]) {
  napi_value values[MOST_ARGUMENTS];
  size_t count = MOST_ARGUMENTS;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, values, NULL, &data);
  for (size_t i = 0; i < MOST_ARGUMENTS; i++) {
    n[i] = 0;
    if (i < count) napi_get_value_double(env, values[i], &n[i]);
  }
  return data;
}

#define FUNCTION(name, call) \
  static napi_value name##Call(napi_env env, napi_callback_info info) { \
    double n[MOST_ARGUMENTS]; \
    const struct attached *a = numbers(env, info, n); \
    char *m = a->memory; \
    const struct kernels *k = a->kernels; \
    (void)k; \
    call; \
    return NULL; \
  }
/** An address, a size. */
#define U(i) (uint32_t)n[i]
#define I(i) (int)n[i]

FUNCTION(convolve, k->convolve(m, U(0), U(1), U(2), I(3), U(4), I(5), I(6), I(7)))
FUNCTION(convolveSingle, k->convolveSingle(m, U(0), U(1), U(2), I(3), U(4), I(5), I(6), I(7)))
FUNCTION(kernelGradient, k->kernelGradient(m, U(0), U(1), I(2), I(3), I(4), U(5), U(6), I(7)))
FUNCTION(activate, k->activate(m, U(0), U(1), I(2), I(3), I(4), U(5)))
FUNCTION(differentiateActivation, k->differentiateActivation(m, U(0), U(1), I(2), I(3), I(4), U(5), U(6)))
FUNCTION(pass, k->pass(m, U(0), U(1), I(2), I(3), I(4)))
FUNCTION(transformWinograd3, k->transformWinograd3(m, U(0), I(1), U(2)))
FUNCTION(convolveWinograd3, k->convolveWinograd3(m, U(0), U(1), U(2), I(3), U(4), I(5), I(6), I(7)))
FUNCTION(kernelGradientWinograd3, k->kernelGradientWinograd3(m, U(0), U(1), I(2), I(3), I(4), U(5), U(6)))
FUNCTION(transformWinograd5, k->transformWinograd5(m, U(0), I(1), U(2)))
FUNCTION(convolveWinograd5, k->convolveWinograd5(m, U(0), U(1), U(2), U(3), I(4), I(5), I(6)))
FUNCTION(kernelGradientWinograd5, k->kernelGradientWinograd5(m, U(0), U(1), I(2), I(3), U(4), U(5)))
FUNCTION(transformWinograd4x4, k->transformWinograd4x4(m, U(0), I(1), U(2)))
FUNCTION(convolveWinograd4x4, k->convolveWinograd4x4(m, U(0), U(1), U(2), U(3), I(4), I(5), I(6), U(7)))
FUNCTION(kernelGradientWinograd4x4, k->kernelGradientWinograd4x4(m, U(0), U(1), I(2), I(3), U(4), U(5)))
FUNCTION(writeShuffled, writeShuffled(m, U(0), I(1), U(2), I(3), I(4)))
FUNCTION(copyRows, copyRows(m, U(0), U(1), U(2), I(3)))
FUNCTION(clearOutside, clearOutside(m, U(0), I(1), I(2), I(3), I(4), I(5), I(6)))
FUNCTION(lossOf, {
  napi_value sum;
  napi_create_double(env, lossOf(m, I(0), U(1), I(2), I(3), U(4), I(5), I(6), (float)n[7]), &sum);
  return sum;
})
FUNCTION(frequencyLossOf, {
  napi_value sum;
  const double value = frequencyLossOf(m, U(0), I(1), I(2), U(3), I(4), I(5), (float)n[6], U(7), U(8));
  napi_create_double(env, value, &sum);
  return sum;
})

static const struct { const char *name; napi_callback call; } functions[] = {
#define ENTRY(name) { #name, name##Call },
  ENTRY(convolve) ENTRY(convolveSingle) ENTRY(kernelGradient) ENTRY(activate) ENTRY(differentiateActivation)
  ENTRY(pass) ENTRY(writeShuffled) ENTRY(lossOf) ENTRY(frequencyLossOf) ENTRY(copyRows) ENTRY(clearOutside)
  ENTRY(transformWinograd3) ENTRY(convolveWinograd3) ENTRY(kernelGradientWinograd3)
  ENTRY(transformWinograd5) ENTRY(convolveWinograd5) ENTRY(kernelGradientWinograd5)
  ENTRY(transformWinograd4x4) ENTRY(convolveWinograd4x4) ENTRY(kernelGradientWinograd4x4)
};

static napi_value attach(napi_env env, napi_callback_info info) {
  napi_value values[2], object, function;
  size_t count = 2, length;
  int32_t lanes = 0;
  napi_typedarray_type type;
  void *data;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  if (count < 2 || napi_get_value_int32(env, values[1], &lanes) != napi_ok ||
      napi_get_typedarray_info(env, values[0], &type, &length, &data, NULL, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "attach needs a typed array and a number");
    return NULL;
  }
  napi_get_null(env, &object);
  const struct kernels *kernels = kernelsFor(lanes);
  if (!kernels) return object;
  // It lives as long as the process, as the functions may: one for each thread.
  struct attached *a = malloc(sizeof *a);
  if (!a) return object;
  *a = (struct attached){ data, kernels };
  napi_create_object(env, &object);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, a, &function);
    napi_set_named_property(env, object, functions[i].name, function);
  }
  return object;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "attach", NAPI_AUTO_LENGTH, attach, NULL, &function);
  napi_set_named_property(env, exports, "attach", function);
  return exports;
}
