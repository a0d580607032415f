// Lint: the recommended rules of ESLint and typescript-eslint, lines of 120 columns, files of 300 lines.
import js from '@eslint/js';
import typescript from 'typescript-eslint';

export default [
  { ignores: ['dist/', '.venv/', '.jupyter/', '.cache/', 'docs/', 'test/output/', 'results/', '**/assembly/'] },
  js.configs.recommended,
  ...typescript.configs.recommended,
  {
    rules: {
      'max-lines': ['error', 300],
      'max-len': ['error', { code: 120, ignoreRegExpLiterals: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Heavy packages (danfojs, jsdom, TensorFlow) are loaded by require() when they are used.
      '@typescript-eslint/no-require-imports': 'off',
      // The TypeScript compiler knows which names exist.
      'no-undef': 'off',
    },
  },
];
