// All that the engine's threads call. Pointers are byte addresses, strides bytes.
export { convolve, convolveSingle, kernelGradient } from './direct';
export { activate, differentiateActivation, pass, writeShuffled } from './elementwise';
export { lossOf } from './losses';
export { convolveWinograd3, kernelGradientWinograd3, transformWinograd3 } from './winograd3';
export { convolveWinograd4x4, transformWinograd4x4 } from './winograd4x4';
export { kernelGradientWinograd4x4 } from './winograd4x4Gradient';
export { convolveWinograd5, transformWinograd5 } from './winograd5';
export { kernelGradientWinograd5 } from './winograd5Gradient';

/** Moves bytes, which may overlap. TypedArray.copyWithin takes them one by one in shared memory. */
export function copy(target: usize, source: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}
