import { expect, it } from 'vitest';
import { ageFromDates, ageInYears } from './patient-age.ts';

it.each([
  ['19590613', '20240613', '065Y'], ['19590613', '20240612', '064Y'], ['19591231', '20240101', '064Y'], [' 19870105 ', '20260301', '039Y'],
  ['19000101', '20240613', null], ['20250101', '20240613', null], ['20240101', '20240613', null], [null, '20240613', null], ['19590613', null, null], ['1959', '20240613', null],
])('%s to %s is %s', (birth, study, age) => {
  expect(ageFromDates(birth, study)).toBe(age);
});

it.each([['066Y', 66], ['007Y ', 7], ['018M', 1], ['011M', 0], ['104W', 1], ['730D', 1], ['000Y', null], ['66Y', null], ['66', null], ['', null], [null, null]])('%j is %s years', (patientAge, years) => {
  expect(ageInYears(patientAge)).toBe(years);
});
