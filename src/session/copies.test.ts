import { BlobReader, TextWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import { describe, expect, it } from 'vitest';
import { readCalibrationFile } from '#src/core/measure/calibration-file.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { takeModelFolders } from '#src/files/model-folder.ts';
import { fail, ok } from '#src/lib/result.ts';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { copyOfCalibration, copyOfNetwork } from './copies.ts';
import { factsOfModel } from './models-facts.ts';
import type { Models } from './models.ts';
import { createSessionStore } from './state.ts';

const MANIFEST = syntheticManifest({ id: 'clinic-dxa', title: 'Clinic' });
const CONTENT = new Map([['manifest.json', JSON.stringify(MANIFEST)], [MANIFEST.file.name, 'weights'], [MANIFEST.golden.file.name, 'patches'], ['model-card.md', 'A card.']]);
const FILES = new Map([...CONTENT].map(([name, text]) => [name, new Blob([text])] as const));

function setUp() {
  const store = createSessionStore({ state: 'empty' });
  const model = { card: '', isKept: true, speed: null };
  store.setState({
    ownModels: [
      { ...model, key: 'whole', facts: factsOfModel(MANIFEST, 'own'), problem: null },
      { ...model, key: 'damaged', facts: null, problem: 'Damaged.' },
    ],
  });
  return store;
}

describe('copyOfNetwork', () => {
  it('is a zip whose files are found as a network again, with their content', async () => {
    const store = setUp();
    const copy = await copyOfNetwork(store, { readFolder: () => Promise.resolve(ok(FILES)) }, 'whole');
    expect(copy?.name).toMatch(/^clinic-dxa-[0-9a-f]{12}\.zip$/);
    const entries = (await new ZipReader(new BlobReader(copy?.blob ?? new Blob())).getEntries()).filter((entry): entry is FileEntry => !entry.directory);
    const { models, rest } = takeModelFolders(entries.map(({ filename }) => ({ name: filename, blob: new Blob() })));
    expect(models.map(({ name, files }) => [name, [...files.keys()]])).toEqual([['clinic-dxa', [...FILES.keys()]]]);
    expect(rest).toEqual([]);
    for (const entry of entries) expect(await entry.getData(new TextWriter())).toBe(CONTENT.get(entry.filename.replace('clinic-dxa/', '')));
    expect(store.getState().messages).toEqual([]);
  });

  it('says so where what is kept cannot be read, and makes none of a damaged one', async () => {
    const goneMeanwhile = { size: 7, stream: () => new ReadableStream({ start: (controller) => controller.error(new DOMException('It is gone.', 'NotFoundError')) }) } as Blob;
    const answers = [
      fail({ code: 'storage-failed', sentence: 'It is gone.' } as const),
      ok(new Map([...FILES].filter(([name]) => name !== MANIFEST.golden.file.name))),
      ok(new Map([...FILES, ['manifest.json', new Blob(['{"id":'])] as const])),
      ok(new Map([...FILES, [MANIFEST.file.name, goneMeanwhile] as const])),
    ];
    for (const answer of answers) {
      const readFolder: Models['readFolder'] = () => Promise.resolve(answer);
      const store = setUp();
      expect(await copyOfNetwork(store, { readFolder }, 'whole')).toBeNull();
      expect(store.getState().messages.map(({ sentence }) => sentence)).toEqual(['Clinic: no copy could be made, because what is kept in this browser cannot be read; remove it and drop its folder again.']);
      expect(await copyOfNetwork(store, { readFolder }, 'damaged')).toBeNull();
      expect(store.getState().messages).toHaveLength(1);
    }
  });
});

describe('copyOfCalibration', () => {
  it('is a file that is read as the same calibration, named after scanner and voltage', async () => {
    const calibration: ScannerCalibration = { id: 'CT 1/ÖPD|100', name: 'CT 1/ÖPD', scannerModel: null, kvp: 100, slopeMgCm3PerHu: 0.81, interceptMgCm3: 4.5, phantom: 'Block 3', material: 'hydroxyapatite', measuredOn: '2019-05-06' };
    const { name, blob } = copyOfCalibration(calibration);
    expect(name).toBe('osteolens-calibration-CT-1-ÖPD-100-kvp.json');
    expect(readCalibrationFile(await blob.text())).toEqual(ok(calibration));
  });
});
