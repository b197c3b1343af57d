import { describe, expect, it } from 'vitest';
import { mayLackImages, takeModelFolders } from './model-folder.ts';

const blob = new Blob(['x']);
const dropped = (...names: string[]) => names.map((name) => ({ name, blob }));
const WHOLE = ['manifest.json', 'model.onnx', 'golden.bin', 'model-card.md'];

describe('takeModelFolders', () => {
  it('takes a folder with all its files, whatever lies beside it', () => {
    const { models, rest } = takeModelFolders(dropped('study/1.dcm', ...WHOLE.map((name) => `ours/${name}`), 'ours/LICENSE', 'study/readme.txt'));
    expect(models.map(({ name, files }) => [name, [...files.keys()]])).toEqual([['ours', [...WHOLE, 'LICENSE']]]);
    expect(rest.map(({ name }) => name)).toEqual(['study/1.dcm', 'study/readme.txt']);
  });

  it('takes files dropped without their folder, and several folders one by one', () => {
    expect(takeModelFolders(dropped(...WHOLE)).models).toHaveLength(1);
    expect(takeModelFolders(dropped('models/a/model.onnx', 'models/b/model.onnx', 'models/index.json')).models.map(({ name }) => name)).toEqual(['models/a', 'models/b']);
  });

  it('takes one that lacks a file, so that it can be told', () => {
    expect(takeModelFolders(dropped('ours/manifest.json', 'ours/golden.bin')).models).toHaveLength(1);
    expect(takeModelFolders(dropped('ours/weights.onnx')).models).toHaveLength(1);
  });

  it('leaves a study alone, also one whose export has a manifest.json', () => {
    const study = dropped('CT/manifest.json', 'CT/1.dcm', 'CT/__MACOSX/._model.onnx');
    expect(takeModelFolders(study)).toEqual({ models: [], rest: study });
  });

  it('leaves images, results and centroids that lie in the same folder to the study', () => {
    const { rest } = takeModelFolders(dropped('x/model.onnx', 'x/manifest.json', 'x/IM0001', 'x/a.osteolens.json', 'x/a_ctd.json', 'x/osteolens-calibration-CT-1-120-kvp.json', 'x/ct.nii.gz'));
    expect(rest.map(({ name }) => name)).toEqual(['x/IM0001', 'x/a.osteolens.json', 'x/a_ctd.json', 'x/osteolens-calibration-CT-1-120-kvp.json', 'x/ct.nii.gz']);
  });
});

describe('mayLackImages', () => {
  it('is so of networks, results and archives, by name', () => {
    for (const names of [WHOLE.map((name) => `ours/${name}`), ['clinic.zip'], ['a.tar.gz', 'b.tgz'], ['disc.iso', 'DISC.ISO.gz'], ['a.osteolens.json', 'a_ctd.json']]) expect(mayLackImages(dropped(...names)), names.join()).toBe(true);
  });

  it('is not of images, whatever lies beside them, nor of what could not be read', () => {
    for (const names of [['ct/1.dcm'], ['ct/IM0001', 'ct/manifest.json'], ['ct.nii.gz'], [...WHOLE, '1.dcm']]) expect(mayLackImages(dropped(...names)), names.join()).toBe(false);
    expect(mayLackImages([{ name: 'gone.zip', blob: null }])).toBe(false);
  });
});
