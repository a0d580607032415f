import { direct } from './direct';
import type { Plan, Shape } from './plan';
import { single } from './single';
import { winograd3 } from './winograd3';
import { winograd4x4 } from './winograd4x4';
import { winograd5 } from './winograd5';

/** The plans in the order in which they are asked; the last fits everything. */
export const plans: readonly Plan[] = [winograd5, winograd4x4, single, winograd3, direct];

/** The plan of a convolution. */
export const planFor = (shape: Shape): Plan => plans.find((plan) => plan.fits(shape))!;
