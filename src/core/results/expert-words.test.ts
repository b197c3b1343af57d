import { expect, it } from 'vitest';
import { describeExperts } from './expert-words.ts';

it('says that near even shares are no choice, and says what was measured of a known network alone', () => {
  expect(describeExperts([0.22, 0.25, 0.26, 0.27], null)).toBe('The shares are near even (22 to 27 %): the experts answer together.');
  expect(describeExperts([0.1, 0.6, 0.2, 0.1], 'someone-elses')).toBe('The shares are 10 to 60 %.');
  expect(describeExperts([0.22, 0.25, 0.26, 0.27], 'osteolens-reference')).toContain('none moves enough to be named');
});
