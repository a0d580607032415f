// Arithmetic on the caller's own thread. All pointers are byte addresses.
export { gatherFour, narrow, roundToByte, sumAcross, sumLines, sumPairs, widen, widenFour } from './lines';
export { multiply, transpose } from './matrices';
