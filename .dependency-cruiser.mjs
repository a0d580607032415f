// Imports in src point one way, from the commands down to the errors, and never in a circle: `npm run check` holds it,
// for imports of types too.

/** The rooms of src from the ground up. A file imports from its own floor and from lower ones. */
const floors = [
  ['errors', 'random', 'optionalPackage', 'progress', 'duration'],
  ['disk', 'threads'],
  ['arithmetic'],
  ['image'],
  ['measures', 'degradations'],
  ['protocols'],
  ['network'],
  ['formats'],
  ['engine'],
  ['data'],
  ['evaluation'],
  ['optimizers'],
  ['recipes'],
  ['runs'],
  ['training'],
  ['tensorboard', 'plot'],
  ['results'],
  ['index', 'commands'],
  ['cli'],
];

const pattern = (rooms) => `^src/(${rooms.join('|')})(/|[.]ts$)`;

const climbing = floors.slice(0, -1).flatMap((floor, height) =>
  floor.map((room) => ({
    name: `${room} stands below`,
    comment: `src/${room} imports from a higher floor: move the part that both need down to a floor below them.`,
    severity: 'error',
    from: { path: pattern([room]) },
    to: { path: pattern(floors.slice(height + 1).flat()) },
  })),
);

export default {
  forbidden: [
    {
      name: 'circle',
      comment: 'Files import each other in a circle: move the part that both need to a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no floor',
      comment: 'A folder or file of src without a floor: name it in .dependency-cruiser.mjs.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: pattern(floors.flat()) },
    },
    {
      name: 'analysis stands below the measures',
      comment: 'src/measures/analysis knows the type of a measure, but no measure: move the part that both need there.',
      severity: 'error',
      from: { path: '^src/measures/analysis/' },
      to: { path: '^src/measures/[^/]+$', pathNot: '^src/measures/measure[.]ts$' },
    },
    ...climbing,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.check.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/assembly/' },
  },
};
