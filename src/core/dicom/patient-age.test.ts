import { expect, it } from 'vitest';
import { ageFromDates } from './patient-age.ts';

it.each([
  ['19590613', '20240613', '065Y'], ['19590613', '20240612', '064Y'], ['19591231', '20240101', '064Y'], [' 19870105 ', '20260301', '039Y'],
  ['19000101', '20240613', null], ['20250101', '20240613', null], ['20240101', '20240613', null], [null, '20240613', null], ['19590613', null, null], ['1959', '20240613', null],
])('%s to %s is %s', (birth, study, age) => {
  expect(ageFromDates(birth, study)).toBe(age);
});
