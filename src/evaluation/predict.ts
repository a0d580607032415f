import { WeightsError } from '../errors';
import type { Engine } from '../engine/engine';
import { reflect } from '../image/blur';
import type { Plane } from '../image/image';
import { type Restore, restoreBy } from '../protocols/protocol';
import type { Model } from '../network/network';
import { reachOf } from '../network/geometry';

/**
 * The network's output for a normalised plane. A network with `padding: 'reflect'` gets the plane with its border reflected as far as
 * an output depends on, so that it never sees the zeros around the plane. Throws WeightsError where an output is NaN
 * or infinite.
 */
export async function predict(model: Model, engine: Engine, plane: Plane): Promise<Plane> {
  const output = await predictPadded(model, engine, plane);
  const wrong = output.data.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return output;
  throw new WeightsError(
    `the network ${model.network.name} gives ${wrong} for a pixel, so its weights are ruined; ` +
      'use others, or train it again with a lower learning rate',
  );
}

async function predictPadded(model: Model, engine: Engine, plane: Plane): Promise<Plane> {
  if (model.padding !== 'reflect') return engine.predict(model, plane);
  const reach = reachOf(model.network);
  return crop(await engine.predict(model, reflectBorder(plane, reach)), reach);
}

function reflectBorder(plane: Plane, border: number): Plane {
  const width = plane.width + 2 * border,
    height = plane.height + 2 * border;
  const data = new Float32Array(width * height);
  const columns = Int32Array.from({ length: width }, (_, x) => reflect(x - border, plane.width));
  for (let y = 0; y < height; y++) {
    const from = reflect(y - border, plane.height) * plane.width;
    for (let x = 0; x < width; x++) data[y * width + x] = plane.data[from + columns[x]];
  }
  return { data, width, height };
}

function crop(plane: Plane, border: number): Plane {
  const width = plane.width - 2 * border,
    height = plane.height - 2 * border;
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + border) * plane.width + border;
    data.set(plane.data.subarray(from, from + width), y * width);
  }
  return { data, width, height };
}

/** The network as a step of a protocol, on planes of 0..255. */
export function restoreWith(model: Model, engine: Engine): Restore {
  return restoreBy((input) => predict(model, engine, input), model.normalization);
}
