import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { fail, ok } from '#src/lib/result.ts';
import { answerWithGolden, FakeInferenceWorker, goldenOutputs, type Behaviour } from '#src/testing/fake-inference-worker.ts';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { createBackendMemory } from './backend-memory.ts';
import type { AdapterFacts, Backend } from './choose-backend.ts';
import type { AnalysisJob, FallbackEvent, InferenceProblem, ModelSource } from './engine.ts';
import type { OrtBuild } from './ort-build.ts';
import { WorkerEngine } from './worker-engine.ts';

const golden = new ArrayBuffer(120);
const goldenFile = { name: 'golden.bin', bytes: 120, sha256: createHash('sha256').update(new Uint8Array(golden)).digest('hex') };
const manifest = syntheticManifest({ golden: { ...syntheticManifest().golden, file: goldenFile } });
const files = { manifest, model: new ArrayBuffer(321), golden };
const source: ModelSource = { kind: 'url', folderUrl: 'https://here/models/synthetic/' };
const hardware: AdapterFacts = { id: 'acme gen-9', isSoftware: false };
const never = new AbortController().signal;
const problem: InferenceProblem = { code: 'run-failed', sentence: 'The network failed on this level.', detail: 'out of memory' };

function makeJob(): AnalysisJob {
  return {
    block: { sizeVox: [2, 3, 4], indexToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], valuesHu: new Int16Array(24) },
    centreLps: worldPoint(1, 2, 3),
    facts: { kvp: 120, sliceThicknessMm: 1, kernel: null, contrast: null },
  };
}

type Setup = {
  readonly forced?: Backend;
  readonly adapter?: AdapterFacts;
  readonly build?: OrtBuild;
  readonly remembered?: Backend;
  /** By the order in which the workers are created; the last one stands for all that follow. */
  readonly behaviours?: readonly Behaviour[];
};

function setUp({ forced, adapter, build = 'plain', remembered, behaviours = [answerWithGolden(manifest)] }: Setup = {}) {
  const workers: FakeInferenceWorker[] = [];
  const stored = new Map<string, string>();
  const memory = createBackendMemory({
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
    removeItem: (key) => void stored.delete(key),
  });
  if (adapter && remembered) memory.write(adapter.id, manifest.file.sha256, { backend: remembered, reason: 'As measured before.' });
  const readModel = vi.fn(() => Promise.resolve(ok(files)));
  const engine = new WorkerEngine({
    createWorker: () => {
      const worker = new FakeInferenceWorker(behaviours[Math.min(workers.length, behaviours.length - 1)] ?? answerWithGolden(manifest));
      workers.push(worker);
      return worker;
    },
    readModel,
    probeAdapter: () => Promise.resolve(adapter ?? null),
    readBuild: () => Promise.resolve(build),
    memory,
    forced: forced ?? null,
  });
  const fallbacks: FallbackEvent[] = [];
  engine.onFallback((event) => fallbacks.push(event));
  return { engine, workers, memory, readModel, fallbacks };
}

const failingOnce = (): Behaviour => {
  let hasFailed = false;
  return (request, worker) => {
    if (request.type === 'analyse' && !hasFailed) {
      hasFailed = true;
      return fail(problem);
    }
    return answerWithGolden(manifest)(request, worker);
  };
};

const hangingOnAnalyse: Behaviour = (request, worker) => (request.type === 'analyse' ? 'hang' : answerWithGolden(manifest)(request, worker));

afterEach(() => {
  vi.useRealTimers();
});

describe('WorkerEngine', () => {
  it('loads a model on WASM and says where it stands', async () => {
    const { engine, workers } = setUp();
    const states: string[] = [];
    engine.subscribe(() => states.push(engine.getStatus().state));
    expect(engine.getStatus()).toEqual({ state: 'empty' });
    expect(await engine.load(source)).toEqual(ok(manifest));
    expect(states).toEqual(['starting', 'ready']);
    expect(engine.getStatus()).toEqual({
      state: 'ready', backend: 'wasm', reason: 'WASM: this browser offers no WebGPU adapter.', threads: 2, startMs: 300,
    });
    expect(workers).toHaveLength(1);
  });

  it('gives outputs with the facts of the run', async () => {
    const { engine } = setUp();
    await engine.load(source);
    expect(await engine.analyse(makeJob(), never)).toEqual(
      ok({
        outputs: goldenOutputs(manifest),
        outsideFraction: 0.125,
        run: { backend: 'wasm', elapsedMs: 20, modelId: 'synthetic', modelSha256: manifest.file.sha256 },
      }),
    );
  });

  it('runs both backends with the one build of this machine', async () => {
    const { engine, workers } = setUp({ adapter: hardware, build: 'jspi', behaviours: [answerWithGolden(manifest, 50), answerWithGolden(manifest, 5)] });
    await engine.load(source);
    await engine.analyse(makeJob(), never);
    await vi.waitFor(() => expect(engine.getStatus()).toMatchObject({ state: 'ready', backend: 'webgpu' }));
    expect(workers.map(({ requests: [load] }) => load)).toMatchObject([{ backend: 'wasm', build: 'jspi' }, { backend: 'webgpu', build: 'jspi' }]);
  });

  it('takes the plain build where one with WebGPU does not even run WASM, and tries WebGPU no more', async () => {
    const unstartable: Behaviour = () => fail({ code: 'session-failed', sentence: 'The model could not be started with WASM on this machine.' });
    const { engine, workers } = setUp({ adapter: hardware, build: 'asyncify', behaviours: [unstartable, answerWithGolden(manifest)] });
    expect(await engine.load(source)).toEqual(ok(manifest));
    expect((await engine.analyse(makeJob(), never)).ok).toBe(true);
    expect(engine.getStatus()).toMatchObject({ state: 'ready', backend: 'wasm', reason: 'WASM: the runtime with WebGPU does not start on this machine.' });
    expect(workers.map(({ requests: [load] }) => load)).toMatchObject([{ build: 'asyncify' }, { build: 'plain' }]);
  });

  it('refuses to analyse without a model', async () => {
    expect(await setUp().engine.analyse(makeJob(), never)).toMatchObject({ ok: false, error: { code: 'no-model' } });
  });

  it('takes the block’s buffer away instead of copying it', async () => {
    const { engine } = setUp();
    await engine.load(source);
    const job = makeJob();
    await engine.analyse(job, never);
    expect(job.block.valuesHu.buffer.byteLength).toBe(0);
  });

  it('answers the jobs behind a failed one', async () => {
    const { engine, workers } = setUp({ behaviours: [failingOnce()] });
    await engine.load(source);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => engine.analyse(makeJob(), never)));
    expect(first).toEqual(fail(problem));
    expect([second?.ok, third?.ok]).toEqual([true, true]);
    expect(workers).toHaveLength(1);
  });

  it('gives the worker one job at a time', async () => {
    const { engine, workers } = setUp();
    await engine.load(source);
    await Promise.all([engine.analyse(makeJob(), never), engine.selfTest(never), engine.analyse(makeJob(), never)]);
    expect(workers[0]?.requests.map(({ type }) => type)).toEqual(['load', 'analyse', 'patch', 'analyse']);
    expect(workers[0]?.mostWaiting).toBe(1);
  });

  it('starts another worker where the first died of starting, and gives up where that dies too', async () => {
    const dying: Behaviour = (_request, worker) => {
      worker.crash('gone');
      return 'hang';
    };
    const once = setUp({ behaviours: [dying, answerWithGolden(manifest)] });
    expect((await once.engine.load(source)).ok).toBe(true);
    expect(once.workers.length).toBe(2);
    const twice = setUp({ behaviours: [dying, dying, answerWithGolden(manifest)] });
    expect(await twice.engine.load(source)).toMatchObject({ ok: false, error: { code: 'worker-crashed' } });
    expect(twice.workers.length).toBe(2);
  });

  it('starts another worker after a crash', async () => {
    const crashing: Behaviour = (request, worker) => {
      if (request.type !== 'analyse') return answerWithGolden(manifest)(request, worker);
      worker.crash('memory access out of bounds');
      return 'hang';
    };
    const { engine, workers } = setUp({ behaviours: [crashing, answerWithGolden(manifest)] });
    await engine.load(source);
    expect(await engine.analyse(makeJob(), never)).toMatchObject({
      ok: false, error: { code: 'worker-crashed', detail: 'memory access out of bounds' },
    });
    expect((await engine.analyse(makeJob(), never)).ok).toBe(true);
    expect(workers).toHaveLength(2);
  });

  describe('abort', () => {
    it('answers at once, ends the worker of a job that runs on, and starts another for the next job', async () => {
      const { engine, workers } = setUp({ behaviours: [hangingOnAnalyse, answerWithGolden(manifest)] });
      await engine.load(source);
      const controller = new AbortController();
      const job = engine.analyse(makeJob(), controller.signal);
      await vi.waitFor(() => expect(workers[0]?.requests).toHaveLength(2));
      controller.abort();
      expect(await job).toMatchObject({ ok: false, error: { code: 'cancelled' } });
      expect((await engine.analyse(makeJob(), never)).ok).toBe(true);
      expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
    });

    it('keeps a worker whose job ends soon', async () => {
      const controller = new AbortController();
      const abortedInTheRun: Behaviour = (request, worker) => {
        if (request.type === 'analyse') controller.abort();
        return answerWithGolden(manifest)(request, worker);
      };
      const { engine, workers } = setUp({ behaviours: [abortedInTheRun] });
      await engine.load(source);
      expect(await engine.analyse(makeJob(), controller.signal)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
      expect((await engine.analyse(makeJob(), never)).ok).toBe(true);
      expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([false]);
    });

    it('of a waiting job leaves the running one alone', async () => {
      const { engine, workers } = setUp();
      await engine.load(source);
      const controller = new AbortController();
      const running = engine.analyse(makeJob(), never);
      const waiting = engine.analyse(makeJob(), controller.signal);
      controller.abort();
      expect(await waiting).toMatchObject({ ok: false, error: { code: 'cancelled' } });
      expect((await running).ok).toBe(true);
      expect(workers[0]?.requests.filter(({ type }) => type === 'analyse')).toHaveLength(1);
    });
  });

  describe('falling back from WebGPU', () => {
    const failing: Behaviour = () => fail({ code: 'session-failed', sentence: 'The model could not be started with WebGPU on this machine.' });

    it('starts on WASM where a remembered WebGPU does not start, says so once and forgets it', async () => {
      const { engine, workers, fallbacks, memory } = setUp({
        adapter: hardware, remembered: 'webgpu', behaviours: [failing, answerWithGolden(manifest)],
      });
      expect((await engine.load(source)).ok).toBe(true);
      expect((await engine.analyse(makeJob(), never)).ok).toBe(true);
      expect(workers.map(({ backend }) => backend)).toEqual(['webgpu', 'wasm']);
      expect(workers[0]?.isTerminated).toBe(true);
      expect(fallbacks).toEqual([{
        type: 'fallback',
        sentence: 'WebGPU stopped working (The model could not be started with WebGPU on this machine), so levels are analysed with WASM from now on.',
      }]);
      expect(engine.getStatus()).toMatchObject({ state: 'ready', backend: 'wasm' });
      expect(memory.read(hardware.id, manifest.file.sha256)).toBeNull();
    });

    it('leaves a WebGPU that does not start in time', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
      const { engine, workers, fallbacks } = setUp({
        adapter: hardware, remembered: 'webgpu', behaviours: [() => 'hang', answerWithGolden(manifest)],
      });
      const loaded = engine.load(source);
      // The hash of the model takes real time; the start's time limit runs only from there.
      while (workers.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(20_000);
      expect((await loaded).ok).toBe(true);
      expect(workers.map(({ backend, isTerminated }) => [backend, isTerminated])).toEqual([['webgpu', true], ['wasm', false]]);
      expect(fallbacks).toHaveLength(1);
    });

    it.each<[string, Behaviour]>([
      ['fails', () => fail(problem)],
      ['loses its device', (_, worker) => {
        worker.send({ type: 'device-lost', why: 'driver reset' });
        return 'hang';
      }],
      ['gives a result that is no number', (request) => {
        const outputs = { ...goldenOutputs(manifest), vbmd: Float32Array.of(Number.NaN) };
        return request.type === 'analyse' ? ok({ outputs, outsideFraction: 0, elapsedMs: 5 }) : fail(problem);
      }],
    ])('answers the same job with WASM where a run %s', async (_, behave) => {
      const onAnalyse: Behaviour = (request, worker) => (request.type === 'load' ? ok({ threads: 1, startMs: 9 }) : behave(request, worker));
      const { engine, fallbacks } = setUp({
        adapter: hardware, remembered: 'webgpu', behaviours: [onAnalyse, answerWithGolden(manifest)],
      });
      await engine.load(source);
      expect(engine.getStatus()).toMatchObject({ backend: 'webgpu', reason: 'As measured before.' });
      const answers = await Promise.all([engine.analyse(makeJob(), never), engine.analyse(makeJob(), never)]);
      expect(answers.map((answer) => answer.ok && answer.value.run.backend)).toEqual(['wasm', 'wasm']);
      expect(fallbacks).toHaveLength(1);
    });

    it('notices a device that was lost between two jobs', async () => {
      const { engine, workers, fallbacks } = setUp({ adapter: hardware, remembered: 'webgpu' });
      await engine.load(source);
      workers[0]?.send({ type: 'device-lost', why: 'the laptop slept' });
      const answer = await engine.analyse(makeJob(), never);
      expect(answer).toMatchObject({ ok: true, value: { run: { backend: 'wasm' } } });
      expect(fallbacks).toHaveLength(1);
    });

    it('does not blame WebGPU for a damaged model', async () => {
      const damaged: Behaviour = () => fail({ code: 'model-hash', sentence: 'The model was refused.' });
      const { engine, workers, fallbacks } = setUp({ adapter: hardware, remembered: 'webgpu', behaviours: [damaged] });
      expect(await engine.load(source)).toMatchObject({ ok: false, error: { code: 'model-hash' } });
      expect(engine.getStatus()).toMatchObject({ state: 'failed', problem: { code: 'model-hash' } });
      expect([workers.length, fallbacks.length]).toEqual([1, 0]);
    });
  });

  describe('trial of WebGPU', () => {
    /** Longer than any answer of a fake worker takes. */
    const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
    const reasonOf = (engine: WorkerEngine) => {
      const status = engine.getStatus();
      return status.state === 'ready' ? status.reason : status.state;
    };

    it('begins only after the first result, and takes over where WebGPU is right and faster', async () => {
      const { engine, workers, memory } = setUp({
        adapter: hardware, behaviours: [answerWithGolden(manifest, 80), answerWithGolden(manifest, 12)],
      });
      await engine.load(source);
      await settle();
      expect(workers).toHaveLength(1);
      expect(await engine.analyse(makeJob(), never)).toMatchObject({ ok: true, value: { run: { backend: 'wasm' } } });
      await vi.waitFor(() => expect(engine.getStatus()).toMatchObject({ backend: 'webgpu' }));
      expect(reasonOf(engine)).toBe('WebGPU (acme gen-9): right on the golden patches, 12 ms a level against 80 ms with WASM.');
      expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
      expect(memory.read(hardware.id, manifest.file.sha256)?.backend).toBe('webgpu');
      expect(await engine.analyse(makeJob(), never)).toMatchObject({ ok: true, value: { run: { backend: 'webgpu' } } });
      expect(workers).toHaveLength(2);
    });

    it.each<[string, Behaviour, string, Backend | undefined]>([
      ['slower', answerWithGolden(manifest, 900), 'is slower here, 900 ms a level against 80 ms with WASM', 'wasm'],
      [
        'wrong',
        (request, worker) => {
          if (request.type === 'load') return answerWithGolden(manifest, 1)(request, worker);
          return ok({ outputs: { ...goldenOutputs(manifest), abmd: Float32Array.of(0.9, 850.06) }, elapsedMs: 1 });
        },
        'is off by 7.1 % of the range of abmd on this machine', 'wasm',
      ],
      [
        'failing',
        (request, worker) => (request.type === 'load' ? answerWithGolden(manifest)(request, worker) : fail(problem)),
        'failed its trial on this machine (out of memory)', 'wasm',
      ],
      ['not starting', () => fail({ code: 'session-failed', sentence: 'No.', detail: 'fetch failed' }), 'failed its trial on this machine (fetch failed)', undefined],
    ])('stays on WASM where WebGPU is %s', async (_, webgpu, reason, remembered) => {
      const { engine, workers, memory, fallbacks } = setUp({ adapter: hardware, behaviours: [answerWithGolden(manifest, 80), webgpu] });
      await engine.load(source);
      await engine.analyse(makeJob(), never);
      await vi.waitFor(() => expect(reasonOf(engine)).toBe(`WASM: WebGPU (acme gen-9) ${reason}.`));
      expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([false, true]);
      expect(memory.read(hardware.id, manifest.file.sha256)?.backend).toBe(remembered);
      expect(fallbacks).toEqual([]);
      await engine.analyse(makeJob(), never);
      await settle();
      expect(workers).toHaveLength(2);
    });

    it('never loads the WebGPU build for a software adapter', async () => {
      const { engine, workers } = setUp({ adapter: { id: 'google swiftshader', isSoftware: true } });
      await engine.load(source);
      await engine.analyse(makeJob(), never);
      await settle();
      expect(workers.map(({ backend }) => backend)).toEqual(['wasm']);
    });
  });

  it('leaves the earlier model at work where a new one is refused', async () => {
    let loads = 0;
    const second: Behaviour = (request, worker) => {
      if (request.type === 'load') loads += 1;
      return loads === 1 ? fail({ code: 'model-mismatch', sentence: 'The model was refused.' }) : answerWithGolden(manifest)(request, worker);
    };
    const { engine, workers } = setUp({ behaviours: [answerWithGolden(manifest), second] });
    await engine.load(source);
    const before = engine.getStatus();
    expect(await engine.load(source)).toMatchObject({ ok: false, error: { code: 'model-mismatch' } });
    expect(engine.getStatus()).toBe(before);
    expect((await engine.analyse(makeJob(), never)).ok).toBe(true);
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([false, true]);
  });

  it('refuses golden patches that were changed', async () => {
    const { engine, readModel } = setUp();
    readModel.mockResolvedValueOnce(ok({ ...files, golden: Uint8Array.from({ length: 120 }, () => 1).buffer }));
    expect(await engine.load(source)).toMatchObject({ ok: false, error: { code: 'model-hash' } });
  });

  it('tests itself with the golden patches on the backend in use', async () => {
    const { engine, workers } = setUp();
    await engine.load(source);
    const report = await engine.selfTest(never);
    expect(report).toMatchObject({ ok: true, value: { passed: true, cases: 1, backend: 'wasm', meanMs: 20, tolerance: 0.001 } });
    if (report.ok) expect(report.value.checks).toHaveLength(8);
    expect(workers[0]?.requests.at(-1)).toMatchObject({ type: 'patch', acquisition: manifest.golden.cases[0]?.acquisition });
  });

  it('ends its workers and answers `cancelled` when it is disposed of', async () => {
    const { engine, workers } = setUp({ behaviours: [hangingOnAnalyse] });
    await engine.load(source);
    const jobs = [engine.analyse(makeJob(), never), engine.analyse(makeJob(), never)];
    await vi.waitFor(() => expect(workers[0]?.requests).toHaveLength(2));
    engine.dispose();
    for (const job of jobs) expect(await job).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true]);
  });
});
