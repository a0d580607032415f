import { pillow } from '../degradations/pillow';
import { luminance, toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { psnrMeasure } from '../measures/psnr';
import { ssim7Measure } from '../measures/ssim';
import { fitted, imageOf, planesOf, roundPlane } from './planes';
import type { Compared, CompareWith, Protocol } from './protocol';

/** Pillow's luminance, blurred and shrunk by Pillow's bicubic; scores in RGB over the whole picture. */
export const report: Protocol = {
  name: 'report',
  summary: 'blurred, shrunk by Pillow; scored on RGB (the report)',
  convention: 'full',
  degradation: pillow,
  channels: 3,
  area: (plane) => plane,
  trainingSides: ({ width, height }) => {
    const side = Math.floor(Math.min(width, height) / 8) * 8;
    return { width: side, height: side };
  },
  compare: (image, options) =>
    options.restore?.channels === 3 ? compareRgb(image, options) : compareY(image, options),
  show: ({ truth, bicubic, network }) => ({
    original: truth as Image,
    bicubic: bicubic as Image,
    restored: network as Image,
  }),
  border: () => 0,
  measures: { psnr: psnrMeasure, ssim: ssim7Measure },
};

async function compareY(image: Image, options: CompareWith): Promise<Compared> {
  const { y, cb, cr } = toYCbCr(image, 'full');
  const { restore } = options;
  const network = restore && (await restore.restore(degraded([y], options)))[0];
  return {
    ...(await truthAndBicubic(image, options)),
    // The report gives the network the true chroma.
    network: network && toRgb({ y: roundPlane(fitted(network, y)), cb, cr }, 'full'),
  };
}

async function compareRgb(image: Image, options: CompareWith): Promise<Compared> {
  const network = await options.restore!.restore(degraded(planesOf(image), options));
  return { ...(await truthAndBicubic(image, options)), network: imageOf(network.map((plane) => fitted(plane, image))) };
}

async function truthAndBicubic(image: Image, { scale, sigma, bicubic }: CompareWith): Promise<Compared> {
  const { y, cb, cr } = toYCbCr(image, 'full');
  const truth = toRgb({ y, cb, cr }, 'full');
  if (!bicubic) return { truth };
  // The report gives bicubic degraded chroma, not blurred.
  const chroma = (plane: Plane) => pillow.degrade(plane, scale, 0);
  return {
    truth,
    bicubic: toRgb(
      { y: pillow.degrade(luminance(image, 'full'), scale, sigma), cb: chroma(cb), cr: chroma(cr) },
      'full',
    ),
  };
}

const degraded = (planes: Plane[], { scale, sigma }: CompareWith) => ({
  small: () => planes.map((plane) => pillow.shrink(plane, scale, sigma)),
  enlarged: () => planes.map((plane) => pillow.degrade(plane, scale, sigma)),
});
