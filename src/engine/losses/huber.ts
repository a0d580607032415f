import type { OutputLoss } from './loss';

/** The error from which on Huber's loss is linear. */
export const HUBER = 0.1;

/** e² / 2 up to 0.1, linear beyond (Huber 1964). */
export const huber: OutputLoss = {
  kind: 'outputs',
  value: (e) => (Math.abs(e) <= HUBER ? (e * e) / 2 : HUBER * (Math.abs(e) - HUBER / 2)),
  slope: (e) => Math.max(-HUBER, Math.min(HUBER, e)),
};
