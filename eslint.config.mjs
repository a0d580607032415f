// Lint: the recommended rules of ESLint and typescript-eslint, lines of 120 columns, files of 300 lines. Of files in
// AssemblyScript (whose decorators ESLint cannot read), C and Python, it checks only the lines.
import js from '@eslint/js';
import typescript from 'typescript-eslint';

/** Finds nothing in a file, so that only the rules about its lines have something to say. */
const linesOnly = {
  meta: { name: 'lines only', version: '1' },
  parse: (text) => ({
    ...{ type: 'Program', sourceType: 'module', body: [], tokens: [], comments: [], range: [0, text.length] },
    loc: { start: { line: 1, column: 0 }, end: { line: text.split('\n').length, column: 0 } },
  }),
};

export default [
  { ignores: ['dist/', '.venv/', '.jupyter/', '.cache/', 'docs/', 'test/output/', 'results/'] },
  js.configs.recommended,
  ...typescript.configs.recommended,
  {
    rules: {
      'max-lines': ['error', 300],
      'max-len': ['error', { code: 120 }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Heavy packages (danfojs, jsdom, TensorFlow) are loaded by require() when they are used.
      '@typescript-eslint/no-require-imports': 'off',
      // The TypeScript compiler knows which names exist.
      'no-undef': 'off',
    },
  },
  { files: ['**/assembly/*.ts', '**/*.{c,h,py}'], languageOptions: { parser: linesOnly } },
];
