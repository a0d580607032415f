// The public surface, in the order of the data's way.
export * from './errors';
export type { Image, Plane, YCbCr } from './image/image';
export { srcnn, presets, layerSlices, countWeights, type Layer, type LayerSlice, type Model, type SrcnnOptions } from './model/srcnn';
export type { Batch, Engine } from './engine/engine';
