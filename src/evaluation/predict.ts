import { type Engine, planesIn, planesOf } from '../engine/engine';
import { WeightsError } from '../errors';
import { reflect } from '../image/blur';
import { cut } from '../image/crop';
import { studioPlanes } from '../image/color';
import type { Plane } from '../image/image';
import { reachOf } from '../network/geometry';
import type { Model } from '../network/network';

/**
 * The network's output for normalised planes of one size, `scale` times as large. For a network with `padding:
 * 'reflect'` the planes are extended by reflection as far as an output depends on its surroundings, so that the
 * network never sees the zeros around them. Three planes are red, green and blue, also for a network on Y, Cb and Cr.
 * Throws WeightsError where an output is NaN or infinite.
 */
export async function predict(model: Model, engine: Engine, planes: Plane[]): Promise<Plane[]> {
  const output = await predictColours(model, engine, planes);
  const wrong = output.map(({ data }) => data.find((value) => !Number.isFinite(value)));
  const value = wrong.find((each) => each !== undefined);
  if (value === undefined) return output;
  throw new WeightsError(
    `the network ${model.network.name} gives ${value} for a pixel, so its weights are useless; ` +
      'use others, or train it again with a lower learning rate',
  );
}

/** A network on Y, Cb and Cr reads them in place of red, green and blue, all of them normalised. */
async function predictColours(model: Model, engine: Engine, planes: Plane[]): Promise<Plane[]> {
  if (model.network.colours !== 'ycbcr') return predictPadded(model, engine, planes);
  const { mean, deviation } = model.normalization;
  const normal = (plane: Plane) => ({ ...plane, data: plane.data.map((value) => (value / 255 - mean) / deviation) });
  const bytes = (plane: Plane) => ({ ...plane, data: plane.data.map((value) => 255 * (value * deviation + mean)) });
  const input = studioPlanes(planes.map(bytes), 'from rgb').map(normal);
  const output = await predictPadded(model, engine, input);
  return studioPlanes(output.map(bytes), 'to rgb').map(normal);
}

async function predictPadded(model: Model, engine: Engine, planes: Plane[]): Promise<Plane[]> {
  if (model.padding !== 'reflect') return predictPlanes(model, engine, planes);
  const { scale } = model.network;
  const reach = reachOf(model.network);
  const { width, height } = planes[0];
  const large = await predictPlanes(
    model,
    engine,
    planes.map((plane) => reflectBorder(plane, reach)),
  );
  const inside = { x: reach * scale, y: reach * scale, width: width * scale, height: height * scale };
  return large.map((plane) => cut(plane, inside));
}

async function predictPlanes(model: Model, engine: Engine, planes: Plane[]): Promise<Plane[]> {
  return planesIn(await engine.predict(model, planesOf(planes)));
}

function reflectBorder(plane: Plane, border: number): Plane {
  const width = plane.width + 2 * border;
  const height = plane.height + 2 * border;
  const data = new Float32Array(width * height);
  const columns = Int32Array.from({ length: width }, (_, x) => reflect(x - border, plane.width));
  for (let y = 0; y < height; y++) {
    const from = reflect(y - border, plane.height) * plane.width;
    for (let x = 0; x < width; x++) data[y * width + x] = plane.data[from + columns[x]];
  }
  return { data, width, height };
}
