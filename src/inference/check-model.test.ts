import { expect, test, vi } from 'vitest';
import { afterEach, describe } from 'vitest';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { fail, ok } from '#src/lib/result.ts';
import { answerWithGolden, FakeInferenceWorker, type Behaviour } from '#src/testing/fake-inference-worker.ts';
import { sealed } from '#src/testing/model-folders.ts';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { checkModel, type CheckProgress, type ModelFolderFiles } from './check-model.ts';
import { MODEL_LIMITS } from './model-limits.ts';

const base = syntheticManifest();
const encode = (text: string) => new TextEncoder().encode(text);

function folder(manifest: ModelManifest = base, change: Record<string, Blob | null> = {}): ModelFolderFiles {
  const files = new Map([...sealed({ manifest, model: encode('weights'), golden: new Uint8Array(120), card: '# Card' })].map(([name, content]) => [name, new Blob([Uint8Array.from(content)])]));
  for (const [name, blob] of Object.entries(change)) {
    if (blob === null) files.delete(name);
    else files.set(name, blob);
  }
  return files;
}

/** A blob that says it is larger than anything a test wants to hold. */
function huge(bytes: number): Blob {
  return new Proxy(new Blob(['x']), { get: (blob, key) => (key === 'size' ? bytes : Reflect.get(blob, key)) });
}

const asJson = (json: unknown) => new Blob([JSON.stringify(json)]);

async function check(files: ModelFolderFiles, behaviour: Behaviour = answerWithGolden(base), signal = new AbortController().signal) {
  const worker = new FakeInferenceWorker(behaviour);
  const createWorker = vi.fn(() => worker);
  const progress: CheckProgress[] = [];
  const result = await checkModel({ createWorker, readBuild: () => Promise.resolve('plain') }, files, { signal, onProgress: (one) => progress.push(one) });
  return { result, worker, createWorker, progress };
}

/** @param elapsedMs of each run, in order; the last stands for the rest */
function timed(...elapsedMs: number[]): Behaviour {
  let run = -1;
  return (request, worker) => {
    if (request.type !== 'load') run += 1;
    return answerWithGolden(base, elapsedMs[Math.min(run, elapsedMs.length - 1)] ?? 0)(request, worker);
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('checkModel', () => {
  test('accepts a whole folder, with its card, the manifest’s own hash and the median of the last three runs', async () => {
    const { result, worker, progress } = await check(folder(), timed(900, 40, 20, 30));
    expect(result).toMatchObject({ ok: true, value: { card: '# Card', speed: { medianMs: 30, backend: 'wasm', threads: 2 } } });
    expect(result.ok && result.value.manifestSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(worker.isTerminated).toBe(true);
    expect(new Set(progress.map(({ step }) => step))).toEqual(new Set(['files', 'start', 'golden', 'constant', 'time']));
  });

  test('runs air and dense bone, within what the network is given, with a header that says nothing', async () => {
    const { worker } = await check(folder());
    const patches = worker.requests.flatMap((request) => (request.type === 'patch' ? [request] : []));
    expect(patches.map(({ valuesHu }) => [valuesHu.length, new Set(valuesHu)])).toEqual([[60, new Set([0])], [60, new Set([-200])], [60, new Set([800])], [60, new Set([-200])]]);
    expect(patches[1]?.acquisition).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
  });

  for (const [what, files, code, words] of [
    ['without a manifest', folder(base, { 'manifest.json': null }), 'model-file-missing', 'manifest.json is not in the folder'],
    ['without its model', folder(base, { 'model.onnx': null }), 'model-file-missing', 'model.onnx is not in the folder'],
    ['without golden patches', folder(base, { 'golden.bin': null }), 'model-file-missing', 'golden.bin is not in the folder'],
    ['without a card', folder(base, { 'model-card.md': null }), 'model-file-missing', 'model-card.md is not in the folder'],
    ['with an empty file', folder(base, { 'model.onnx': new Blob([]) }), 'model-file-size', 'model.onnx is empty'],
    ['with a huge manifest', folder(base, { 'manifest.json': huge(MODEL_LIMITS.manifest + 1) }), 'model-file-size', 'manifest.json has 9 MB, and at most 8 MB are read'],
    ['with a huge model', folder(base, { 'model.onnx': huge(4e9) }), 'model-file-size', 'model.onnx has 4000 MB, and at most 200 MB are read'],
    ['whose manifest is text', folder(base, { 'manifest.json': new Blob(['# hello']) }), 'manifest-invalid', 'not JSON'],
    ['whose manifest is for another schema', folder(base, { 'manifest.json': asJson({ ...base, schemaVersion: 2 }) }), 'manifest-invalid', 'schemaVersion'],
    ['whose manifest leads out of the folder', folder(base, { 'manifest.json': asJson({ ...base, file: { ...base.file, name: '../model.onnx' } }) }), 'manifest-invalid', 'file.name'],
    ['that finds vertebrae', folder(base, { 'manifest.json': asJson({ ...base, kind: 'spine' }) }), 'model-other-kind', 'this version takes only networks that read the density of one level'],
    ['with golden patches that were cut off', folder(base, { 'golden.bin': new Blob([new Uint8Array(60)]) }), 'model-bytes', 'golden.bin has 60 bytes where its manifest says 120'],
    ['with golden patches that were changed', folder(base, { 'golden.bin': new Blob([new Uint8Array(120).fill(1)]) }), 'model-hash', 'SHA-256 of golden.bin'],
  ] as const) {
    test(`refuses a folder ${what}, before any worker starts`, async () => {
      const { result, createWorker } = await check(files);
      expect(result).toMatchObject({ ok: false, error: { code, sentence: expect.stringContaining(words) as string } });
      expect(createWorker).not.toHaveBeenCalled();
    });
  }

  test('hands on what the worker says of the model itself', async () => {
    const { result, worker } = await check(folder(), () => fail({ code: 'onnx-operator', sentence: 'The model was refused: model.onnx uses Loop, which is not run here.' }));
    expect(result).toMatchObject({ error: { code: 'onnx-operator' } });
    expect(worker.isTerminated).toBe(true);
  });

  test('refuses wrong answers to golden patches, and says how wrong', async () => {
    const other = syntheticManifest();
    const shifted = { ...other, golden: { ...other.golden, cases: other.golden.cases.map((one) => ({ ...one, outputs: { ...one.outputs, vbmd: [102] } })) } };
    const { result } = await check(folder(shifted));
    expect(result).toMatchObject({ error: { code: 'golden-wrong', sentence: expect.stringMatching(/output vbmd is off by 980 % of its range on the golden patches, where its manifest allows 0\.1 %/) as string } });
  });

  for (const [value, what] of [[Number.NaN, 'no number'], [Number.POSITIVE_INFINITY, 'infinity']] as const) {
    test(`refuses ${what} on a constant patch`, async () => {
      const { result } = await check(folder(), (request, worker) => {
        const answer = answerWithGolden(base)(request, worker);
        if (request.type !== 'patch' || request.valuesHu[0] !== 800 || answer === 'hang' || !answer.ok || !('outputs' in answer.value)) return answer;
        return ok({ outputs: { ...answer.value.outputs, gates: new Float32Array(6).fill(value) }, elapsedMs: 1 });
      });
      expect(result).toMatchObject({ error: { code: 'model-not-finite', sentence: 'The model was refused: it gives no number for gates on a patch of dense bone.' } });
    });
  }

  test('refuses one that is too slow by its median, and takes a slow one', async () => {
    expect((await check(folder(), timed(100, 6000, 100, 5100))).result).toMatchObject({ error: { code: 'model-slow', sentence: expect.stringContaining('a level takes 5.1 s') as string } });
    expect((await check(folder(), timed(9000, 1200, 4900, 9000))).result).toMatchObject({ ok: true, value: { speed: { medianMs: 4900 } } });
  });

  test('ends the worker of one that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
    const pending = check(folder(), (request, worker) => (request.type === 'patch' ? 'hang' : answerWithGolden(base)(request, worker)));
    const run = { isDone: false };
    void pending.then(() => { run.isDone = true; });
    while (!run.isDone) {
      await vi.advanceTimersByTimeAsync(1000);
      // Hashing takes real time, which the clock of the test does not give.
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    const { result, worker } = await pending;
    expect(result).toMatchObject({ error: { code: 'timed-out', sentence: expect.stringContaining('20 s') as string } });
    expect(worker.isTerminated).toBe(true);
  });

  test('is cancelled by its signal', async () => {
    const controller = new AbortController();
    const { result, worker } = await check(folder(), (request, fake) => {
      if (request.type === 'patch') controller.abort();
      return request.type === 'patch' ? 'hang' : answerWithGolden(base)(request, fake);
    }, controller.signal);
    expect(result).toMatchObject({ error: { code: 'cancelled' } });
    expect(worker.isTerminated).toBe(true);
  });
});
