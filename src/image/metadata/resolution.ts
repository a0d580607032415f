/** Pixels an inch, across and down. */
export interface Resolution {
  x: number;
  y: number;
}

const METRES_AN_INCH = 0.0254;

/** Pixels an inch, from pixels a metre. */
export const perInch = (metre: number) => metre * METRES_AN_INCH;

/** Whole pixels a metre, from pixels an inch. */
export const perMetre = (inch: number) => Math.round(inch / METRES_AN_INCH);

/** The resolution of a picture that was turned by a quarter. */
export const turned = ({ x, y }: Resolution): Resolution => ({ x: y, y: x });
