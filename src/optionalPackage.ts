import { MissingPackageError } from './errors';

/** The versions that the lab is tested with. */
const { devDependencies } = require('../package.json') as { devDependencies: Record<string, string> };

/**
 * A package that only some of the lab's work needs (pictures of figures, DataFrames), loaded when it is used.
 * `purpose` completes the error's sentence: 'to draw figures'. Throws MissingPackageError.
 */
export function optionalPackage<Module>(name: string, purpose: string): Module {
  return require(resolveOptional(name, purpose)) as Module;
}

/** The path of such a package's main file. Throws MissingPackageError. */
export function resolveOptional(name: string, purpose: string): string {
  try {
    return require.resolve(name);
  } catch (error) {
    throw new MissingPackageError(
      `the package ${name} is needed ${purpose} and is not installed; run npm install ${name}@${devDependencies[name]}`,
      { cause: error },
    );
  }
}
