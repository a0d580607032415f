import type { SetScores } from '../evaluation/setScores';

type Shown = SetScores['measure'];

/** The measure as the title of an axis: 'PSNR (dB)'. */
export const measureTitle = ({ title, unit }: Shown): string => (unit ? `${title} (${unit})` : title);

/** A difference with its sign, in the measure's digits: '+0.41'. */
export const signed = (value: number, { digits }: Shown): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;

/** What the scores were computed under, and of how many of the pictures: '5 pictures, protocol paper x3, sigma 0'. */
export function conditionsText({ pictures, protocol, scale, sigma }: SetScores, shown: number): string {
  const count = shown === pictures.length ? `${shown}` : `${shown} of ${pictures.length}`;
  const word = pictures.length === 1 ? 'picture' : 'pictures';
  const rest = shown === pictures.length ? '' : '; a score of the others is infinite';
  return `${count} ${word}, protocol ${protocol} x${scale}, sigma ${sigma}${rest}`;
}
