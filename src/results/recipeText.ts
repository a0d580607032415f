import { recipes, type TrainOptions, unsaid } from '../recipes/recipes';
import { optionText } from '../runs/optionText';

/** Epochs, seed and lossEvery do not belong to a recipe. */
const beside = ['epochs', 'seed', 'lossEvery'];

/** Options as the nearest recipe and the differences from it: "tuned, network 9-5-5, batchSize 64". */
export function recipeText(options: TrainOptions): string {
  const candidates = Object.entries(recipes).map(([name, recipe]) => ({
    name,
    differences: differences(options, recipe),
  }));
  const { name, differences: least } = candidates.reduce((a, b) =>
    b.differences.length < a.differences.length ? b : a,
  );
  return [name, ...least].join(', ');
}

function differences(options: TrainOptions, recipe: TrainOptions): string[] {
  const known = new Set(
    Object.values(recipes)
      .flatMap((each) => Object.keys(each))
      .concat('weightDecay', 'warmUp', 'patience', 'ema', 'from')
      .filter((key) => !beside.includes(key)),
  );
  const text = (from: TrainOptions, key: string) => {
    const value = ({ ...unsaid, ...from } as Record<string, unknown>)[key];
    return value === undefined ? undefined : String(optionText(value));
  };
  return [...known]
    .filter((key) => text(options, key) !== text(recipe, key))
    .map((key) => `${key} ${text(options, key) ?? 'none'}`);
}
