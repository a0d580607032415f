import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownNameError } from '../../src/errors';
import { ecbsr } from '../../src/network/families/ecbsr';
import { plain } from '../../src/network/families/plain';
import { recipeFor, recipes } from '../../src/recipes/recipes';
import { completeOptions } from '../../src/training/train';

test('the networks of ECBSR are trained with branches by their own recipe, and others are not', () => {
  for (const network of ['ecbsr-m4c16', ecbsr({ blocks: 2, filters: 8, scale: 2 })]) {
    assert.equal(recipeFor(network), 'ecbsr');
    assert.deepEqual(completeOptions({ network }), { ...recipes.small, network, branches: true });
  }
  assert.equal(completeOptions({ network: 'plain-16x5' }).branches, false);
});

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
