// Arithmetic on the caller's own thread. All pointers are byte addresses.
export { convertPixels } from './colors';
export { fourierLines, toFrequencies } from './fourier';
export { narrow, widen } from './lines';
export { multiply, transpose } from './matrices';
export { iterateBasis } from './orthogonal';
export { blurRows, resizeColumns, resizeRows } from './planes';
export { multiplyRow, similarityRow } from './similarity';
