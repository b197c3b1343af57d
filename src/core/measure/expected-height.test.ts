import { expect, it } from 'vitest';
import { expectedPosteriorMm, USUAL_HEIGHTS_MM, type FittedLevel } from './expected-height.ts';

const level = (name: FittedLevel['level'], share: number): FittedLevel => {
  const posterior = (USUAL_HEIGHTS_MM[name]?.posterior ?? 0) * share;
  return { level: name, fit: { heightsMm: { anterior: posterior, middle: posterior, posterior } } };
};

it('scales the usual height of a level to the person', () => {
  expect(expectedPosteriorMm('T11', [level('T12', 1.1), level('L1', 1.12)])).toBeCloseTo(21 * 1.11, 9);
  expect(expectedPosteriorMm('T11', [level('L4', 0.9)])).toBeCloseTo(21 * 0.9, 9);
});

it('is not lowered by another crushed body, nor by the level itself', () => {
  expect(expectedPosteriorMm('L2', [level('L1', 0.6), level('L2', 0.5), level('L3', 1), level('L4', 1.02)])).toBeCloseTo(24.5, 9);
});

it('is not known of a level alone, or of one without a usual height', () => {
  expect(expectedPosteriorMm('L2', [level('L2', 1)])).toBeNull();
  expect(expectedPosteriorMm('S1', [level('L5', 1)])).toBeNull();
});
