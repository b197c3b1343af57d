import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { data } from 'dcmjs';
import { startOrthanc } from '../scripts/orthanc.mjs';
import { chooseFiles, messages, openEmpty, openingEnds, openItem } from './helpers/app.ts';
const dir = '/work/shared/data/ct/lidc-0314-chest/';
const names = readdirSync(dir).filter((n) => n.endsWith('.dcm')).toSorted();
const read = (n: string) => { const b = readFileSync(dir + n); const f = data.DicomMessage.readFile(new Uint8Array(b).buffer); return { n, b, f, z: Number(f.dict['00200032'].Value[2]) }; };
test('lidc', async ({ page, baseURL }) => {
  const all = names.map(read);
  const sets = { random: all.slice(0, 60), contiguous: all.toSorted((a, b) => a.z - b.z).slice(100, 160) };
  const server = await startOrthanc({ pageOrigin: baseURL ?? '', token: 'x' });
  let n = 0;
  for (const [what, list] of Object.entries(sets)) {
    await openEmpty(page);
    let t = Date.now();
    await chooseFiles(page, list.map(({ n, b }) => ({ name: n, mimeType: 'application/dicom', buffer: b })));
    console.log(what, 'files', Date.now() - t, 'ms', await messages(page), await openItem(page).allInnerTexts());
    n += 1;
    const [study, series] = [`1.2.826.0.1.3680043.10.1562.88.${n}`, `1.2.826.0.1.3680043.10.1562.88.${n}.1`];
    for (const { f } of list) {
      f.upsertTag('0020000D', 'UI', [study]); f.upsertTag('0020000E', 'UI', [series]);
      await server.upload(new Uint8Array(f.write({ allowInvalidVRLength: true })));
    }
    await page.route('**/deployment.json', (route) => route.fulfill({ json: { allowedOrigins: [], dicomWeb: [{ title: 'A', root: server.openRoot }] } }));
    await page.goto('about:blank');
    t = Date.now();
    await page.goto(`/?demo=no&dicomweb=${encodeURIComponent(server.openRoot)}&study=${study}&series=${series}`);
    await expect(page.getByTestId('series-item')).toHaveCount(1, { timeout: 90_000 });
    await openingEnds(page);
    console.log(what, 'dicomweb', Date.now() - t, 'ms', await messages(page), await openItem(page).allInnerTexts());
  }
  await server.stop();
  expect(1).toBe(1);
});
