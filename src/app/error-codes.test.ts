import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const folders = ['src/core/dicom/', 'src/files/', 'src/files/worker/', 'src/files/dicomweb/', 'src/viewer/', 'src/inference/', 'src/inference/worker/', 'src/storage/', 'src/offline/'];

test('docs/errors.md should list exactly the codes that the sources give', () => {
  const sources = folders
    .flatMap((folder) => readdirSync(new URL(folder, root)).map((name) => new URL(folder + name, root)))
    .filter((url) => url.pathname.endsWith('.ts') && !url.pathname.endsWith('.test.ts'))
    .map((url) => readFileSync(url, 'utf8'));
  const given = sources.flatMap((text) => [...text.matchAll(/(?:refuse|note)\(\s*'([a-z-]+)'|code: '([a-z-]+)'|^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1] ?? match[2] ?? match[3]));
  const listed = [...readFileSync(new URL('docs/errors.md', root), 'utf8').matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
  expect(new Set(listed)).toEqual(new Set(given));
  expect(listed).toHaveLength(new Set(listed).size);
});
