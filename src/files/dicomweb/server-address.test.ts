import { expect, test } from 'vitest';
import { dicomWebOrigins, isUid, resolveRoot } from './server-address.ts';

const BASE = 'https://clinic.example/lens/';

test('should allow the own origin, allowed ones and those of offered servers', () => {
  const deployment = { allowedOrigins: ['https://images.example'], dicomWeb: [{ title: 'PACS', root: 'https://pacs.example:8443/dicom-web/' }, { title: 'Own', root: '/dw' }, { title: 'Broken', root: 'https://' }] };
  expect(dicomWebOrigins(deployment, BASE)).toEqual(['https://clinic.example', 'https://images.example', 'https://pacs.example:8443']);
});

test.each([
  ['/dicom-web/', 'https://clinic.example/dicom-web'],
  ['dw', 'https://clinic.example/lens/dw'],
  [' https://pacs.example/a/b//?x=1#y ', 'https://pacs.example/a/b'],
])('should resolve %s', (root, expected) => {
  expect(resolveRoot(root, BASE, ['https://clinic.example', 'https://pacs.example'])).toEqual({ ok: true, value: expected });
});

test.each([
  ['', 'dicomweb-address', 'An empty field'],
  ['ftp://pacs.example/x', 'dicomweb-address', 'ftp://pacs.example/x'],
  ['javascript:alert(1)', 'dicomweb-address', 'javascript:alert(1)'],
  ['https://me:secret@pacs.example/x', 'dicomweb-address', 'https://…@pacs.example/x'],
  ['https://evil.example/x', 'dicomweb-forbidden', 'https://evil.example'],
  ['//evil.example/x', 'dicomweb-forbidden', 'https://evil.example'],
  ['http://pacs.example/x', 'dicomweb-forbidden', 'http://pacs.example'],
])('should refuse %s', (root, code, what) => {
  expect(resolveRoot(root, BASE, ['https://clinic.example', 'https://pacs.example'])).toEqual({ ok: false, error: { code, what } });
});

test('should tell UIDs from paths', () => {
  expect(['1.2.840.10008', '1'].map(isUid)).toEqual([true, true]);
  expect([null, '', '1.2/../3', 'x', `1.${'2'.repeat(64)}`].map(isUid)).toEqual([false, false, false, false, false]);
});
