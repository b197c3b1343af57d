import { describe, expect, test } from 'vitest';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { factsOf } from './acquisition-facts.ts';
import { checkImages } from './check-images.ts';
import type { SliceHeader } from './series.ts';

function check(overrides: Partial<SliceHeader>): readonly (readonly [string, string])[] {
  const slices = syntheticHeaders().map((slice, k) => (k === 3 ? { ...slice, ...overrides } : slice));
  return checkImages({ slices, isPart: false }, 'Series “Spine”').map(({ code, effect }) => [code, effect] as const);
}

describe('values that are no plain Hounsfield units', () => {
  test.each([
    ['effective atomic numbers', { rescaleType: 'Z_EFF' }],
    ['optical density', { rescaleType: 'OD' }],
    ['a material map', { imageType: ['DERIVED', 'PRIMARY', 'AXIAL', 'MAT_SPECIFIC'] }],
    ['electron density', { imageType: ['DERIVED', 'PRIMARY', 'AXIAL', 'ELECTRON_DENSITY'] }],
  ])('refuses a series with %s in one slice', (_what, overrides) => {
    expect(check(overrides)).toEqual([['not-hu', 'refuse']]);
  });

  test.each([
    ['HU', []],
    ['US', [['hu-unsure', 'note']]],
    ['HU_MOD', [['hu-unsure', 'note']]],
  ])('opens rescale type %s with %j', (rescaleType, expected) => {
    expect(check({ rescaleType })).toEqual(expected);
  });

  test('opens a virtual monoenergetic image with a note, and takes no tube voltage from it', () => {
    const imageType = ['DERIVED', 'PRIMARY', 'AXIAL', 'VMI'];
    expect(check({ imageType })).toEqual([['monoenergetic', 'note']]);
    expect(factsOf(syntheticHeaders()).kvp).toBe(120);
    expect(factsOf(syntheticHeaders().map((slice) => ({ ...slice, imageType }))).kvp).toBeNull();
  });

  test('refuses a slice whose polarity is none', () => {
    expect(check({ photometricInterpretation: 'MONOCHROMER' })).toEqual([['not-greyscale', 'refuse']]);
  });
});
