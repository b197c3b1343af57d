import { openFiles, readFileList, type ModelFolder } from '#src/files/index.ts';
import { readModelFacts, type CheckedModel, type CheckModel, type InferenceProblem, type ModelFolderFacts, type ModelFolderFiles } from '#src/inference/index.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { SerialQueue } from '#src/lib/serial-queue.ts';
import type { StorageProblem } from '#src/storage/index.ts';
import type { KeptModels } from './models-kept.ts';
import { factsOfModel, type OwnModel } from './models-facts.ts';
import { describeRefusal } from './models-refusal.ts';
import { tell } from './messages.ts';
import type { SessionStore } from './state.ts';

/** Networks of the user's own: checked, listed, chosen for a study, kept only where the user says so. */
export type Models = {
  /** Checks networks that were dropped, one after another, and lists those that pass. */
  readonly take: (folders: readonly ModelFolder[]) => Promise<void>;
  /** The same from a file chooser: a folder, its files or an archive. */
  readonly addFiles: (list: FileList) => Promise<void>;
  readonly cancelCheck: () => void;
  /** For the open study; null: the bundled one. One that was kept is checked first. */
  readonly choose: (key: string | null) => Promise<void>;
  /** Keeps it in this browser until it is removed. */
  readonly keep: (key: string) => Promise<void>;
  /** From the list and from this browser. A study that uses it goes back to the bundled one. */
  readonly remove: (key: string) => Promise<void>;
  /** Lists what is kept: at the start, and after files were erased elsewhere. */
  readonly refresh: () => Promise<void>;
  /** Of one that has passed its checks on this page. */
  readonly filesOf: (key: string) => ModelFolderFiles | null;
  /** The same, or as it is kept, unchecked. */
  readonly readFolder: (key: string) => Promise<Result<ModelFolderFiles, StorageProblem>>;
};

export type ModelsParts = {
  readonly store: SessionStore;
  readonly check: CheckModel;
  readonly kept: KeptModels;
  /** Resolves when the bundled network is known, or cannot be. */
  readonly bundledKnown: () => Promise<void>;
};

export function createModels({ store, check, kept, bundledKnown }: ModelsParts): Models {
  const files = new Map<string, ModelFolderFiles>();
  const queue = new SerialQueue();
  let current = new AbortController();
  let wish = 0;
  const studyOf = () => store.getState().series[0]?.id;

  const find = (key: string): OwnModel | undefined => store.getState().ownModels.find((one) => one.key === key);

  function put(model: OwnModel): void {
    const { ownModels } = store.getState();
    const isNew = ownModels.every(({ key }) => key !== model.key);
    store.setState({ ownModels: isNew ? [...ownModels, model] : ownModels.map((one) => (one.key === model.key ? model : one)) });
  }

  function drop(key: string): void {
    files.delete(key);
    const { ownModels, chosenModelKey } = store.getState();
    store.setState({ ownModels: ownModels.filter((one) => one.key !== key), chosenModelKey: chosenModelKey === key ? null : chosenModelKey });
  }

  /** Of what begins now: cancelling stops all that runs and waits, and nothing after. */
  function freshSignal(): AbortSignal {
    if (current.signal.aborted) current = new AbortController();
    return current.signal;
  }

  /** One check at a time, with its progress in the store. */
  function runCheck(name: string, folder: ModelFolderFiles, signal: AbortSignal): Promise<Result<CheckedModel, InferenceProblem>> {
    return queue.add(async () => {
      if (signal.aborted) return fail({ code: 'cancelled', sentence: '' });
      try {
        return await check(folder, { signal, onProgress: (progress) => store.setState({ modelCheck: { name, progress } }) });
      } finally {
        store.setState({ modelCheck: null });
      }
    });
  }

  async function takeOne({ name: dropped, files: folder }: ModelFolder, signal: AbortSignal): Promise<void> {
    const name = quotable(dropped);
    const checked = await runCheck(name, folder, signal);
    if (!checked.ok) {
      if (checked.error.code !== 'cancelled') tell(store, 'problem', describeRefusal(name, checked.error), 'app');
      return;
    }
    await bundledKnown();
    const { card, speed, manifestSha256, manifest } = checked.value;
    const key = keyOf(manifestSha256);
    const known = clash(checked.value, key);
    if (known !== null) {
      tell(store, 'problem', describeRefusal(name, known), 'app');
      return;
    }
    files.set(key, folder);
    const listed = find(key);
    put({ key, facts: factsOfModel(manifest, 'own'), card, isKept: listed?.isKept ?? false, speed, problem: null });
    // A kept one that was damaged is made whole again.
    if (listed?.problem !== undefined && listed.problem !== null && listed.isKept) await kept.write(key, folder);
    tell(store, 'note', `${name}: ${manifest.title} ${manifest.version} passed its checks; choose it under Network beside the results, or in Settings, Networks.`, 'app');
  }

  /** Another network with the same id and file, by which results tell networks apart. */
  function clash({ manifest: { id, file } }: ModelFolderFacts, key: string): InferenceProblem | null {
    const { bundledModel, ownModels } = store.getState();
    const others = [bundledModel, ...ownModels.filter((one) => one.key !== key).map(({ facts }) => facts)];
    const other = others.find((one) => one?.id === id && one.sha256 === file.sha256);
    return other ? { code: 'model-known', sentence: `The model was refused: it has the id and the network file of ${other.title}, which is listed already, but another manifest, so results could not tell them apart.` } : null;
  }

  async function take(folders: readonly ModelFolder[]): Promise<void> {
    const signal = freshSignal();
    for (const folder of folders) await takeOne(folder, signal);
  }

  /** A kept one, from what is written in this browser. @returns whether it may be used */
  async function checkKept(model: OwnModel): Promise<boolean> {
    const name = model.facts?.title ?? 'A kept network';
    const signal = freshSignal();
    const folder = await inMemory(await kept.read(model.key));
    const checked = folder.ok ? await runCheck(name, folder.value, signal) : null;
    // Removed meanwhile.
    if (find(model.key) === undefined) return false;
    if (folder.ok && checked?.ok && keyOf(checked.value.manifestSha256) === model.key) {
      files.set(model.key, folder.value);
      put({ ...model, facts: factsOfModel(checked.value.manifest, 'own'), card: checked.value.card, speed: checked.value.speed, problem: null });
      return true;
    }
    if (checked !== null && !checked.ok && checked.error.code === 'cancelled') return false;
    const problem = !folder.ok ? `${name}: ${folder.error.sentence}` : describeRefusal(name, checked !== null && !checked.ok ? checked.error : changed());
    put({ ...model, problem });
    tell(store, 'problem', problem, 'app');
    return false;
  }

  /** What is kept, by its manifest alone: the whole is checked when it is chosen. */
  async function listKept(key: string): Promise<OwnModel> {
    const folder = await kept.read(key);
    if (!folder.ok) return { key, facts: null, card: '', isKept: true, speed: null, problem: `A kept network: ${folder.error.sentence}` };
    const facts = await readModelFacts(folder.value);
    if (facts.ok && keyOf(facts.value.manifestSha256) === key) return { key, facts: factsOfModel(facts.value.manifest, 'own'), card: facts.value.card, isKept: true, speed: null, problem: null };
    return { key, facts: null, card: '', isKept: true, speed: null, problem: describeRefusal('A kept network', facts.ok ? changed() : facts.error) };
  }

  async function refresh(): Promise<void> {
    const keys = await kept.list();
    if (!keys.ok) return;
    for (const one of store.getState().ownModels) {
      if (!one.isKept || keys.value.includes(one.key)) continue;
      // Erased elsewhere: what has passed its checks on this page stays for this page.
      if (files.has(one.key)) put({ ...one, isKept: false });
      else drop(one.key);
    }
    for (const key of keys.value) if (find(key) === undefined) put(await listKept(key));
  }

  return {
    take,
    async addFiles(list) {
      const entries = readFileList(list);
      const signal = freshSignal();
      const name = quotable(entries[0]?.name.split('/')[0] ?? '');
      store.setState({ modelCheck: { name, progress: { step: 'files', done: 0, total: 1 } } });
      const models = await openFiles(entries, { signal }).then((opened) => opened.models, (error: unknown) => {
        if (!signal.aborted) throw error;
        return null;
      }).finally(() => store.setState({ modelCheck: null }));
      if (models === null) return;
      if (models.length === 0) tell(store, 'problem', NO_NETWORK.sentence, 'app');
      await take(models);
    },
    cancelCheck: () => current.abort(),
    async choose(key) {
      wish += 1;
      const [mine, study] = [wish, studyOf()];
      if (key !== null) {
        const model = find(key);
        if (model === undefined || (model.speed === null && !(await checkKept(model)))) return;
        // The bundled one is there first: it is what a failure goes back to.
        await bundledKnown();
      }
      // Chosen otherwise, removed, or another study meanwhile: what was asked for is no longer meant.
      if (mine === wish && study === studyOf() && (key === null || find(key) !== undefined)) store.setState({ chosenModelKey: key });
    },
    async keep(key) {
      const model = find(key);
      const folder = files.get(key);
      if (model === undefined || folder === undefined) return;
      const written = await kept.write(key, folder);
      if (!written.ok) tell(store, 'problem', `${model.facts?.title ?? 'The network'} was not kept: ${written.error.sentence}`, 'app');
      else if (find(key)) put({ ...model, isKept: true });
    },
    async remove(key) {
      const removed = find(key)?.isKept === true ? await kept.remove(key) : null;
      if (removed !== null && !removed.ok) tell(store, 'problem', removed.error.sentence, 'app');
      else drop(key);
    },
    refresh,
    filesOf: (key) => files.get(key) ?? null,
    async readFolder(key) {
      const folder = files.get(key);
      return folder === undefined ? kept.read(key) : ok(folder);
    },
  };
}

/** Copies, which stay when the kept files are erased while the network is in use. */
async function inMemory(folder: Result<ModelFolderFiles, StorageProblem>): Promise<Result<ModelFolderFiles, { readonly sentence: string }>> {
  if (!folder.ok) return folder;
  try {
    return ok(new Map(await Promise.all([...folder.value].map(async ([name, blob]) => [name, new Blob([await blob.arrayBuffer()])] as const))));
  } catch {
    return fail({ sentence: 'it could not be read; remove it and drop its folder again.' });
  }
}

const NO_NETWORK: InferenceProblem = { code: 'no-model-folder', sentence: 'No network was found in what was chosen; choose the folder that holds manifest.json, model.onnx, golden.bin and model-card.md, or a zip of it.' };

function keyOf(manifestSha256: string): string {
  return manifestSha256.slice(0, 16);
}

function changed(): InferenceProblem {
  return { code: 'model-changed', sentence: 'The model was refused: its manifest.json is not the one that was kept, so it was changed or damaged.' };
}
