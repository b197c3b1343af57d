import { describe, expect, it, vi } from 'vitest';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { CheckedModel, CheckOptions, InferenceEngine, InferenceProblem, ModelFolderFiles } from '#src/inference/index.ts';
import { sealed } from '#src/testing/model-folders.ts';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { makeLevelResult } from '#src/testing/synthetic-result.ts';
import { emptyPickHistory } from '#src/core/levels/picks.ts';
import { factsOfModel } from './models-facts.ts';
import { createModelInUse } from './models-in-use.ts';
import { createKeptModels } from './models-kept.ts';
import { createModels } from './models.ts';
import { createSessionStore } from './state.ts';

const bundled = syntheticManifest({ id: 'bundled', title: 'Bundled' });

function folderOf(manifest: ModelManifest): ModelFolderFiles {
  const files = sealed({ manifest, model: new TextEncoder().encode(manifest.id), golden: new Uint8Array(120), card: 'A card.' });
  return new Map([...files].map(([name, content]) => [name, new Blob([Uint8Array.from(content)])]));
}

/** The origin's private files, in memory. */
function memoryStorage() {
  const files = new Map<string, Blob>();
  const pathOf = (path: readonly string[], name: string) => [...path, name].join('/');
  const full = { isFull: false };
  return {
    files,
    full,
    listEverything: () => Promise.resolve(ok([...files].map(([path, blob]) => ({ folder: path.split('/').slice(0, -1), name: path.split('/').at(-1) ?? '', bytes: blob.size, modifiedMs: 0 })))),
    openPrivateFolder: (path: readonly string[]) => ({
      list: () => Promise.resolve(ok([])),
      read: (name: string) => {
        const blob = files.get(pathOf(path, name));
        return Promise.resolve(blob ? ok(blob) : fail({ code: 'storage-failed', sentence: 'It is gone.' } as const));
      },
      write: (name: string, data: Blob | Uint8Array) => {
        if (full.isFull && name === 'golden.bin') return Promise.resolve(fail({ code: 'storage-full', sentence: 'The space is full.' } as const));
        files.set(pathOf(path, name), data instanceof Blob ? data : new Blob([Uint8Array.from(data)]));
        return Promise.resolve(ok(null));
      },
      remove: (name: string) => Promise.resolve((files.delete(pathOf(path, name)), ok(null))),
      removeAll: () => {
        for (const key of files.keys()) if (key.startsWith(`${path.join('/')}/`)) files.delete(key);
        return Promise.resolve(ok(null));
      },
    }),
  };
}

/** A check that reads what it is given and finds it good, unless told otherwise. */
function checker(answers: Record<string, InferenceProblem> = {}) {
  return vi.fn(async (files: ModelFolderFiles, { onProgress }: CheckOptions): Promise<Result<CheckedModel, InferenceProblem>> => {
    onProgress({ step: 'golden', done: 0, total: 1 });
    const text = (await files.get('manifest.json')?.text()) ?? '{}';
    const manifest = JSON.parse(text) as ModelManifest;
    const problem = answers[manifest.id];
    if (problem) return fail(problem);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
    const manifestSha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return ok({ manifest, manifestSha256, card: 'A card.', speed: { medianMs: 30, isSlow: false, backend: 'wasm', threads: 2 } });
  });
}

function setUp({ storage = memoryStorage(), check = checker() } = {}) {
  const store = createSessionStore({ state: 'empty' });
  const sentences = () => store.getState().messages.map(({ sentence }) => sentence);
  const models = createModels({
    store,
    check,
    kept: createKeptModels(storage),
    bundledKnown: () => {
      store.setState({ bundledModel: factsOfModel(bundled, 'bundled') });
      return Promise.resolve();
    },
  });
  return { store, models, storage, check, sentences, own: () => store.getState().ownModels };
}

const ours = syntheticManifest({ id: 'ours', title: 'Ours' });
const give = (manifest: ModelManifest, name = 'clinic') => [{ name, files: folderOf(manifest) }];

describe('createModels', () => {
  it('lists what passes and chooses nothing by itself', async () => {
    const { store, models, own, sentences } = setUp();
    const seen: (string | undefined)[] = [];
    store.subscribe(({ modelCheck }) => seen.push(modelCheck?.name));
    await models.take(give(ours));
    expect(own()).toMatchObject([{ facts: { id: 'ours', origin: 'own', title: 'Ours' }, card: 'A card.', isKept: false, problem: null, speed: { medianMs: 30 } }]);
    expect(store.getState()).toMatchObject({ chosenModelKey: null, modelCheck: null });
    expect(seen).toContain('clinic');
    expect(sentences()).toEqual(['clinic: Ours 0.0.1 passed its checks; choose it under Network beside the results, or in Settings, Networks.']);
  });

  it('says of a refused one what is wrong and what to do, and goes on to the next', async () => {
    const { models, own, sentences } = setUp({ check: checker({ bad: { code: 'onnx-operator', sentence: 'The model was refused: model.onnx uses Loop, which is not run here.' } }) });
    await models.take([...give(syntheticManifest({ id: 'bad' }), 'bad.zip'), ...give(ours)]);
    expect(sentences()[0]).toBe('bad.zip: The model was refused: model.onnx uses Loop, which is not run here; export it again with python -m vertebra export.');
    expect(own()).toHaveLength(1);
  });

  it('refuses one that results could not tell from another, and lists the same one once', async () => {
    const { models, own, sentences } = setUp();
    await models.take([...give(ours), ...give(ours)]);
    expect(own()).toHaveLength(1);
    await models.take(give({ ...ours, warnings: ['Other words.'] }, 'twin'));
    expect(sentences().at(-1)).toContain('twin: The model was refused: it has the id and the network file of Ours, which is listed already, but another manifest');
    await models.take(give(syntheticManifest({ id: 'bundled', file: { ...bundled.file } }), 'same'));
    // Another file under the id of the bundled one is another network: the hash tells.
    expect(own()).toHaveLength(2);
  });

  it('keeps only on request, whole or not at all, and knows it on the next page', async () => {
    const storage = memoryStorage();
    const first = setUp({ storage });
    await first.models.take(give(ours));
    expect(storage.files.size).toBe(0);
    const { key = '' } = first.own()[0] ?? {};
    storage.full.isFull = true;
    await first.models.keep(key);
    expect(storage.files.size).toBe(0);
    expect(first.sentences().at(-1)).toBe('Ours was not kept: The space is full.');
    expect(first.own()[0]?.isKept).toBe(false);
    storage.full.isFull = false;
    await first.models.keep(key);
    expect([...storage.files.keys()].sort()).toEqual(['golden.bin', 'manifest.json', 'model-card.md', 'model.onnx'].map((name) => `models/${key}/${name}`));

    const next = setUp({ storage });
    await next.models.refresh();
    expect(next.own()).toMatchObject([{ key, isKept: true, speed: null, problem: null, facts: { id: 'ours' } }]);
    expect(next.check).not.toHaveBeenCalled();
    expect(next.models.filesOf(key)).toBeNull();
    await next.models.choose(key);
    expect(next.check).toHaveBeenCalledTimes(1);
    expect(next.store.getState().chosenModelKey).toBe(key);
    await next.models.remove(key);
    expect(storage.files.size).toBe(0);
    expect(next.store.getState()).toMatchObject({ chosenModelKey: null, ownModels: [] });
  });

  it('refuses a kept one that fails its checks or whose manifest was changed, and lets it be removed', async () => {
    const storage = memoryStorage();
    const first = setUp({ storage });
    await first.models.take(give(ours));
    const { key = '' } = first.own()[0] ?? {};
    await first.models.keep(key);

    const refused = setUp({ storage, check: checker({ ours: { code: 'model-hash', sentence: 'The model was refused: the SHA-256 of model.onnx is not that of its manifest.' } }) });
    await refused.models.refresh();
    await refused.models.choose(key);
    expect(refused.store.getState().chosenModelKey).toBeNull();
    expect(refused.own()[0]?.problem).toContain('SHA-256 of model.onnx');

    // Still a whole manifest, with a wider interval: only the folder's name tells.
    const manifest = JSON.parse((await storage.files.get(`models/${key}/manifest.json`)?.text()) ?? '') as ModelManifest;
    storage.files.set(`models/${key}/manifest.json`, new Blob([JSON.stringify({ ...manifest, calibration: { ...manifest.calibration, temperature: { value: 9, split: 'x' } } })]));
    const changed = setUp({ storage });
    await changed.models.refresh();
    expect(changed.own()).toMatchObject([{ facts: null, problem: 'A kept network: The model was refused: its manifest.json is not the one that was kept, so it was changed or damaged; remove it and drop the folder again.' }]);
    await changed.models.remove(key);
    expect(storage.files.size).toBe(0);
  });

  it('keeps for this page what was erased elsewhere, and forgets what was not used', async () => {
    const storage = memoryStorage();
    const page = setUp({ storage });
    await page.models.take([...give(ours), ...give(syntheticManifest({ id: 'second' }))]);
    for (const { key } of page.own()) await page.models.keep(key);
    const next = setUp({ storage });
    await next.models.refresh();
    const [used, unused] = next.own();
    await next.models.choose(used?.key ?? '');
    storage.files.clear();
    await next.models.refresh();
    expect(next.own()).toMatchObject([{ key: used?.key, isKept: false }]);
    expect(next.own()).not.toContainEqual(expect.objectContaining({ key: unused?.key }));
    expect(next.models.filesOf(used?.key ?? '')?.get('model.onnx')).toBeInstanceOf(Blob);
  });

  it('follows the last wish, and none of a study that was left meanwhile', async () => {
    const storage = memoryStorage();
    const first = setUp({ storage });
    await first.models.take(give(ours));
    const { key = '' } = first.own()[0] ?? {};
    await first.models.keep(key);

    const { models, store } = setUp({ storage });
    await models.refresh();
    await Promise.all([models.choose(key), models.choose(null)]);
    expect(store.getState().chosenModelKey).toBeNull();

    const other = setUp({ storage });
    await other.models.refresh();
    const choosing = other.models.choose(key);
    other.store.setState({ series: [{ id: 'another' } as never] });
    await choosing;
    expect(other.store.getState().chosenModelKey).toBeNull();
    expect(other.own()[0]?.speed).not.toBeNull();
  });

  it('stops the check that runs and those behind it, without a word', async () => {
    const check = vi.fn((_files: ModelFolderFiles, { signal }: CheckOptions) => new Promise<Result<CheckedModel, InferenceProblem>>((resolve) => {
      signal.addEventListener('abort', () => resolve(fail({ code: 'cancelled', sentence: 'Cancelled.' })));
    }));
    const { models, own, sentences } = setUp({ check });
    const taking = models.take([...give(ours), ...give(syntheticManifest({ id: 'second' }))]);
    await vi.waitFor(() => expect(check).toHaveBeenCalled());
    models.cancelCheck();
    await taking;
    expect(check).toHaveBeenCalledTimes(1);
    expect(own()).toEqual([]);
    expect(sentences()).toEqual([]);
  });
});

describe('createModelInUse', () => {
  function inUse(loadOwn: (files: ModelFolderFiles) => Result<ModelManifest, InferenceProblem>) {
    const store = createSessionStore({ state: 'empty' });
    const load = vi.fn((source: Parameters<InferenceEngine['load']>[0]) => Promise.resolve(source.kind === 'url' ? ok(bundled) : loadOwn(source.files)));
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ default: 'bundled' })));
    const restart = vi.fn();
    const files = folderOf(ours);
    store.setState({ ownModels: [{ key: 'k', facts: factsOfModel(ours, 'own'), card: '', isKept: false, speed: null, problem: null }] });
    const used = createModelInUse({ store, engine: { load } as unknown as InferenceEngine, baseUrl: 'https://here/', filesOf: (key) => (key === 'k' ? files : null), restart });
    return { store, load, restart, used };
  }

  it('loads nothing before it is asked, then the bundled one once', async () => {
    const { load, used, store } = inUse(() => ok(ours));
    expect(load).not.toHaveBeenCalled();
    await Promise.all([used.ready(), used.ready()]);
    expect(load).toHaveBeenCalledTimes(1);
    expect(used.manifest()?.id).toBe('bundled');
    expect(store.getState()).toMatchObject({ model: { id: 'bundled', origin: 'bundled' }, bundledModel: { id: 'bundled' }, deviceId: 'alpha' });
  });

  it('makes all numbers anew with the one that is chosen, and keeps none of another series', async () => {
    const { store, restart, used } = inUse(() => ok(ours));
    await used.ready();
    store.setState({ deviceId: 'beta', hiddenPicks: { other: { picks: emptyPickHistory(), selectedLevel: 'L1', results: [makeLevelResult('L1')] } } });
    store.setState({ chosenModelKey: 'k' });
    expect(restart).toHaveBeenCalledTimes(1);
    // The one before answers no more, so nothing is compared with it.
    expect(store.getState().model).toBeNull();
    await used.ready();
    expect(used.manifest()?.id).toBe('ours');
    expect(store.getState()).toMatchObject({ model: { id: 'ours', origin: 'own' }, bundledModel: { id: 'bundled' }, deviceId: 'beta', hiddenPicks: { other: { results: [], selectedLevel: 'L1' } } });
    store.setState({ chosenModelKey: null });
    await used.ready();
    expect(used.manifest()?.id).toBe('bundled');
  });

  it('goes back to the one before where the chosen one does not load', async () => {
    const { store, used } = inUse(() => fail({ code: 'worker-crashed', sentence: 'The analysis stopped unexpectedly; this is often a lack of memory.' }));
    await used.ready();
    store.setState({ chosenModelKey: 'k' });
    await used.ready();
    expect(store.getState().chosenModelKey).toBeNull();
    expect(used.manifest()?.id).toBe('bundled');
    expect(store.getState().model?.id).toBe('bundled');
    expect(store.getState().messages[0]?.sentence).toMatch(/^Ours: The analysis stopped/);
  });

  it('ends with the choice that was made last, however quickly', async () => {
    const { store, used } = inUse(() => ok(ours));
    await used.ready();
    store.setState({ chosenModelKey: 'k' });
    store.setState({ chosenModelKey: null });
    store.setState({ chosenModelKey: 'k' });
    await used.ready();
    expect(used.manifest()?.id).toBe('ours');
  });
});
