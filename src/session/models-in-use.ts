import type { ModelManifest } from '#src/core/model/manifest.ts';
import { fail, type Result } from '#src/lib/result.ts';
import type { InferenceEngine, ModelFolderFiles } from '#src/inference/index.ts';
import { loadDefaultModel } from './default-model.ts';
import { tell } from './messages.ts';
import { factsOfModel, type ModelFacts } from './models-facts.ts';
import { describeRefusal } from './models-refusal.ts';
import type { SessionStore } from './state.ts';

/** The network that answers: the bundled one, or the one that the reader chose for this study. */
export type ModelInUse = {
  /** Starts it where it does not run yet; resolves, never rejects, when it runs or cannot. */
  readonly ready: () => Promise<void>;
  /** Null while none could be loaded. */
  readonly manifest: () => ModelManifest | null;
};

export type ModelInUseParts = {
  readonly store: SessionStore;
  readonly engine: InferenceEngine;
  readonly baseUrl: string;
  readonly filesOf: (key: string) => ModelFolderFiles | null;
  /** The numbers of the study are made anew. */
  readonly restart: () => void;
};

/** Follows the choice in the store: another network means that every number of the study is made anew, and none of the one before stays. */
export function createModelInUse({ store, engine, baseUrl, filesOf, restart }: ModelInUseParts): ModelInUse {
  let manifest: ModelManifest | null = null;
  let facts: ModelFacts | null = null;
  /** Undefined: nothing has been loaded. */
  let loaded: string | null | undefined;
  let ready: Promise<void> | null = null;

  async function load(): Promise<void> {
    const key = store.getState().chosenModelKey;
    if (key === loaded) {
      store.setState({ model: facts });
      return;
    }
    const result = key === null ? await loadDefaultModel(engine, baseUrl) : await loadOwn(key);
    if (result.ok) {
      manifest = result.value;
      loaded = key;
      const model = factsOfModel(manifest, key === null ? 'bundled' : 'own');
      facts = model;
      const { deviceId, bundledModel } = store.getState();
      const hasScale = model.devices.some(({ id }) => id === deviceId);
      store.setState({ model, bundledModel: key === null ? model : bundledModel, deviceId: hasScale ? deviceId : (model.devices[0]?.id ?? null) });
      return;
    }
    tell(store, 'problem', result.error, 'app');
    if (key === null) return;
    // The one before is still in place. Nobody has chosen again meanwhile, or their choice counts.
    if (store.getState().chosenModelKey === key) store.setState({ chosenModelKey: loaded ?? null });
    await load();
  }

  async function loadOwn(key: string): Promise<Result<ModelManifest, string>> {
    const files = filesOf(key);
    const title = store.getState().ownModels.find((one) => one.key === key)?.facts?.title ?? 'The network';
    if (files === null) return fail(`${title} is no longer there; drop its folder again.`);
    const result = await engine.load({ kind: 'files', files });
    return result.ok ? result : fail(describeRefusal(title, result.error));
  }

  store.subscribe((state, before) => {
    if (state.chosenModelKey === before.chosenModelKey) return;
    if (ready !== null) {
      ready = ready.then(load);
      // Until the other one runs: a results file that comes meanwhile must not be compared with the one before.
      store.setState({ model: null });
    }
    const hiddenPicks = Object.fromEntries(Object.entries(state.hiddenPicks).map(([id, hidden]) => [id, { ...hidden, results: [] }]));
    store.setState({ hiddenPicks });
    restart();
  });

  return {
    ready() {
      ready ??= load();
      return ready;
    },
    manifest: () => manifest,
  };
}
