import { expect, it } from 'vitest';
import { isOwnScript } from './own-script.ts';

const PAGE = 'https://clinic.example/osteolens/?demo=no';
const FOLDER = 'https://clinic.example/osteolens/assets/';

it.each([
  'https://clinic.example/osteolens/assets/entry-B0iwbyE2.js',
  './assets/entry-B0iwbyE2.js',
  './sw.js',
])('%s is a script of the application', (address) => {
  expect(isOwnScript(address, PAGE, FOLDER)).toBe(true);
});

it.each([
  'https://elsewhere.example/osteolens/assets/entry.js',
  'https://clinic.example/dicom-web/studies/1/script.js',
  'https://clinic.example/osteolens/assets/../../dicom-web/x.js',
  'https://clinic.example/osteolens/assets%2f..%2fx.js',
  'https://clinic.example/sw.js',
  './sw.js?x=1',
  '//elsewhere.example/osteolens/assets/entry.js',
  'blob:https://clinic.example/0b1c',
  'data:text/javascript,postMessage(1)',
  'javascript:alert(1)',
  'https://[',
])('%s is none', (address) => {
  expect(isOwnScript(address, PAGE, FOLDER)).toBe(false);
});
