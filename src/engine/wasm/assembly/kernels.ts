// All that the engine's threads call. Pointers are byte addresses, strides bytes.
export { convolve, convolveSingle, kernelGradient } from './direct';
export { activate, differentiateActivation, pass, writeShuffled } from './elementwise';
export { frequencyLossOf } from './frequencies';
export { lossOf } from './losses';
export { useRoom } from './pairedDots';
export { clearOutside, copyRows } from './rows';
export { transformWinograd3 } from './winograd3';
export { convolveWinograd4x4, transformWinograd4x4 } from './winograd4x4';
export { kernelGradientWinograd4x4 } from './winograd4x4Gradient';
export { transformWinograd5 } from './winograd5';
export { convolveWinograd3, convolveWinograd5, kernelGradientWinograd3, kernelGradientWinograd5 } from './winogradRows';
