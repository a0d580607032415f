import { UnknownNameError } from '../../errors';
import type { Colours } from '../../image/color';
import type { Network } from '../../network/network';
import { srcnn } from '../../network/families/srcnn';

/** One training of a study. */
export interface StudyRun {
  /** Also the name of its folder. */
  name: string;
  /** A network's name, or its description. */
  network: string | Network;
  /** A data set other than the study's. */
  data?: string;
  /** Only the first, the (every + 1)th and so on of the training pictures are used; 1, all of them, by default. */
  every?: number;
  /** What the network reads; 'y' by default. */
  colours?: Colours;
}

/** Trainings that differ in one thing, as Dong et al. (arXiv 1501.00092) compared them. */
export interface Study {
  name: string;
  title: string;
  /** The data set that the runs are trained on. */
  data: string;
  /** What is scored: luminance as under the protocol paper, or the colours of the whole picture. */
  scored: 'luminance' | 'colours';
  runs: readonly StudyRun[];
}

const base: StudyRun = { name: '9-1-5', network: '9-1-5' };
const named = (network: string): StudyRun => ({ name: network, network });
const colour = (colours: Colours): StudyRun => {
  const network = srcnn({ kernels: [9, 1, 5], channels: colours === 'y' ? 1 : 3 });
  return { name: `9-1-5-${colours}`, network: colours === 'y' ? network : { ...network, colours }, colours };
};

/** The studies of Dong et al., in the paper's order. */
export const studies: readonly Study[] = [
  {
    name: 'data',
    title: 'Training data',
    data: 'bsds500',
    scored: 'luminance',
    runs: [
      { ...base, name: '9-1-5-t91', data: 't91' },
      { ...base, name: '9-1-5-sixteenth', every: 16 },
      { ...base, name: '9-1-5-quarter', every: 4 },
      base,
    ],
  },
  {
    name: 'width',
    title: 'Number of filters',
    data: 'bsds500',
    scored: 'luminance',
    runs: [named('9-1-5-narrow'), base, named('9-1-5-wide')],
  },
  {
    name: 'filters',
    title: 'Filter size',
    data: 'bsds500',
    scored: 'luminance',
    runs: [base, named('11-1-7'), named('9-3-5'), named('9-5-5')],
  },
  {
    name: 'depth',
    title: 'Number of layers',
    data: 'bsds500',
    scored: 'luminance',
    runs: [base, ...['9-1-1-5', '9-3-1-5', '9-5-1-5'].map(named)],
  },
  {
    name: 'colours',
    title: 'Colours',
    data: 't91',
    scored: 'colours',
    runs: (['y', 'ycbcr', 'rgb'] as const).map(colour),
  },
];

/** A study by its name, or one of your own as it is. Throws UnknownNameError. */
export function studyOf(study: string | Study): Study {
  if (typeof study !== 'string') return study;
  const found = studies.find(({ name }) => name === study);
  if (!found)
    throw new UnknownNameError(
      'study',
      study,
      studies.map(({ name }) => name),
    );
  return found;
}
