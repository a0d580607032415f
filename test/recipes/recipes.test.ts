import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownNameError } from '../../src/errors';
import { plain } from '../../src/network/families/plain';
import { recipeFor, recipes } from '../../src/recipes/recipes';
import { completeOptions } from '../../src/training/train';

test('without a recipe, networks that read the small picture are trained by the recipe small', () => {
  assert.equal(recipeFor('plain-32x6'), 'small');
  assert.equal(recipeFor(plain({ filters: 8, depth: 2 })), 'small');
  assert.equal(recipeFor('9-1-7'), 'tuned');
  assert.equal(recipeFor(), 'tuned');
  assert.throws(() => recipeFor('9-1-8'), UnknownNameError);
  assert.deepEqual(completeOptions({ network: 'espcn' }), { ...recipes.small, network: 'espcn' });
  assert.deepEqual(completeOptions({ epochs: 3, network: undefined }), { ...recipes.tuned, epochs: 3 });
  const named = { ...recipes.tuned, network: 'espcn' };
  assert.deepEqual(completeOptions(named), named, 'no mixture of both');
});
