import { ok, type Result } from '#src/lib/result.ts';
import { eraseEverything as eraseAllFiles, listEverything, openPrivateFolder, type KeptFileInFolder, type StorageProblem } from '#src/storage/index.ts';
import { copyOfCalibration, type SavedCopy } from './copies.ts';
import type { DensitySettings } from './density-settings.ts';
import type { Recovery } from './recovery.ts';
import type { SavedSessions } from './saved-sessions.ts';
import type { SessionStore } from './state.ts';

/*
 * Everything that this origin holds in the browser, whoever wrote it: for the one page that lists and erases it. What is unknown is
 * listed under its own name.
 */

export type StoredKind = 'session' | 'recovery' | 'network' | 'calibration' | 'backend' | 'offline' | 'other';

export type StoredThing = {
  readonly id: string;
  readonly kind: StoredKind;
  readonly title: string;
  readonly bytes: number;
  /** When it was written; null where nobody knows. */
  readonly writtenMs: number | null;
  /** Makes the file with which it can be used elsewhere, or null where that cannot be, which is said. Null: it has none. */
  readonly copy: (() => Promise<SavedCopy | null>) | null;
  readonly erase: () => Promise<Result<unknown, StorageProblem>>;
};

export type StorageOverview = {
  readonly things: readonly StoredThing[];
  /** What the browser counts and allows, its own overhead included; null where it does not say. */
  readonly usageBytes: number | null;
  readonly quotaBytes: number | null;
  /** True: the browser does not clear this origin by itself when the disk gets full. */
  readonly isPersisted: boolean;
  /** Why files cannot be kept here; null where they can. */
  readonly refusal: string | null;
};

export type StoredData = {
  readonly overview: () => Promise<StorageOverview>;
  /** Every kind of storage of this origin. What is on the screen stays there. */
  readonly eraseEverything: () => Promise<Result<null, StorageProblem>>;
};

export type StoredDataParts = {
  readonly store: SessionStore;
  readonly density: DensitySettings;
  readonly sessions: SavedSessions;
  readonly recovery: Recovery;
  readonly copyOfNetwork: (folder: string) => Promise<SavedCopy | null>;
  /** Brings the list of own networks into line with what is kept. */
  readonly refreshNetworks: () => Promise<unknown>;
};

const CALIBRATIONS_KEY = 'osteolens.calibrations';
const OWN_CACHES = 'osteolens-';

/** Keys of the web storage that have a plain name, by how they begin. */
const KNOWN_KEYS: readonly { readonly begins: string; readonly describe: (key: string) => Pick<StoredThing, 'kind' | 'title'> }[] = [
  { begins: 'osteolens.backend|', describe: (key) => ({ kind: 'backend', title: `Graphics adapter or processor: which is quicker for network ${key.split('|')[2]?.slice(0, 8) ?? ''}` }) },
  { begins: 'osteolens.ort-build|', describe: () => ({ kind: 'backend', title: 'Which build of the network\'s runtime this machine can run' }) },
  { begins: 'osteolens.offline-removed', describe: () => ({ kind: 'offline', title: 'That the copy was removed and is not wanted' }) },
  { begins: 'cornerstone3D.', describe: () => ({ kind: 'backend', title: 'What the graphics can do, by the library that draws' }) },
];

export function createStoredData({ store, density, sessions, recovery, copyOfNetwork, refreshNetworks }: StoredDataParts): StoredData {
  async function overview(): Promise<StorageOverview> {
    await sessions.refresh();
    const files = await listEverything();
    const { usage, quota } = await navigator.storage?.estimate?.().catch(() => ({ usage: undefined, quota: undefined })) ?? {};
    return {
      things: [...(files.ok ? ofFiles(files.value) : []), ...ofCalibrations(), ...ofWebStorage(), ...(await ofCaches()), ...(await ofDatabases())],
      usageBytes: usage ?? null,
      quotaBytes: quota ?? null,
      isPersisted: (await navigator.storage?.persisted?.().catch(() => false)) ?? false,
      refusal: files.ok ? null : files.error.sentence,
    };
  }

  /** A network is a folder of several files; everything else is one thing a file. */
  function ofFiles(files: readonly KeptFileInFolder[]): readonly StoredThing[] {
    const { keptSessions } = store.getState();
    const isOfNetwork = ({ folder }: KeptFileInFolder): boolean => folder[0] === 'models' && folder.length > 1;
    const networks = new Map<string, KeptFileInFolder[]>();
    for (const file of files.filter(isOfNetwork)) networks.set(file.folder.join('/'), [...(networks.get(file.folder.join('/')) ?? []), file]);
    const single = files.filter((file) => !isOfNetwork(file)).map((file): StoredThing => {
      const { folder, name, bytes } = file;
      const thing: StoredThing = { id: `file:${[...folder, name].join('/')}`, title: [...folder, name].join('/'), bytes, writtenMs: file.modifiedMs, copy: null, kind: 'other', erase: () => openPrivateFolder(folder).remove(name) };
      if (folder[0] === 'sessions') return { ...thing, kind: 'session', title: keptSessions.find(({ id }) => id === name)?.title ?? name, copy: () => copyOfSession(name), erase: () => sessions.erase(name) };
      if (folder[0] === 'recovery') return { ...thing, kind: 'recovery', title: 'Unsaved picks, encrypted', erase: () => recovery.erase(name) };
      return thing;
    });
    const ofNetworks = [...networks.values()].map((parts): StoredThing => {
      const folder = parts[0]?.folder ?? [];
      const bytes = parts.reduce((sum, one) => sum + one.bytes, 0);
      const erase = async (): Promise<Result<null, StorageProblem>> => {
        const answer = await openPrivateFolder(folder).removeAll();
        await refreshNetworks();
        return answer;
      };
      const key = folder[1] ?? '';
      const facts = store.getState().ownModels.find((one) => one.key === key)?.facts ?? null;
      return { id: `folder:${folder.join('/')}`, kind: 'network', title: facts?.title ?? key, bytes, writtenMs: Math.max(...parts.map(({ modifiedMs }) => modifiedMs)), copy: facts === null ? null : () => copyOfNetwork(key), erase };
    });
    return [...single, ...ofNetworks];
  }

  async function copyOfSession(id: string): Promise<SavedCopy | null> {
    const file = await sessions.exportOne(id);
    return file === null ? null : { name: file.name, blob: new Blob([file.text], { type: file.type }) };
  }

  function ofCalibrations(): readonly StoredThing[] {
    return store.getState().calibrations.map((one): StoredThing => ({
      id: `calibration:${one.id}`,
      kind: 'calibration',
      title: `${one.name}, ${one.kvp} kVp`,
      bytes: sizeOf(JSON.stringify(one)),
      writtenMs: null,
      copy: () => Promise.resolve(copyOfCalibration(one)),
      erase: () => {
        density.eraseCalibration(one.id);
        return Promise.resolve(ok(null));
      },
    }));
  }

  function ofWebStorage(): readonly StoredThing[] {
    return webStores().flatMap(({ name, area }) =>
      Object.entries(area).filter(([key]) => key !== CALIBRATIONS_KEY).map(([key, value]): StoredThing => ({
        id: `${name}:${key}`,
        ...KNOWN_KEYS.find(({ begins }) => key.startsWith(begins))?.describe(key) ?? { kind: 'other', title: key },
        bytes: sizeOf(key + String(value)),
        writtenMs: null,
        copy: null,
        erase: () => {
          area.removeItem(key);
          return Promise.resolve(ok(null));
        },
      })));
  }

  return {
    overview,
    async eraseEverything() {
      for (const { id } of store.getState().calibrations) density.eraseCalibration(id);
      await recovery.eraseAll();
      const answer = await eraseAllFiles();
      for (const { area } of webStores()) area.clear();
      for (const { erase } of [...(await ofCaches()), ...(await ofDatabases())]) await erase();
      await forgetServiceWorkers();
      await Promise.all([sessions.refresh(), refreshNetworks()]);
      // Where the browser keeps no files there was nothing to erase.
      return answer.ok || answer.error.code === 'storage-refused' ? ok(null) : answer;
    },
  };
}

function webStores(): readonly { readonly name: string; readonly area: Storage }[] {
  return (['localStorage', 'sessionStorage'] as const).flatMap((name) => {
    try {
      return [{ name, area: globalThis[name] }];
    } catch {
      // Refused: then nothing is in it.
      return [];
    }
  });
}

/** The offline copy of the app is one thing, in several caches. Bytes as unpacked. */
async function ofCaches(): Promise<readonly StoredThing[]> {
  if (!('caches' in globalThis)) return [];
  const names = await caches.keys().catch(() => []);
  const copy = names.filter((name) => name.startsWith(OWN_CACHES));
  const sets = [...(copy.length === 0 ? [] : [{ kind: 'offline' as const, title: 'Copy of the app', names: copy }]), ...names.filter((name) => !copy.includes(name)).map((name) => ({ kind: 'other' as const, title: name, names: [name] }))];
  return Promise.all(sets.map(async (set): Promise<StoredThing> => {
    const sizes = await Promise.all(set.names.map(sizeOfCache));
    const erase = async (): Promise<Result<null, StorageProblem>> => {
      for (const name of set.names) await caches.delete(name);
      return ok(null);
    };
    return { id: `cache:${set.title}`, kind: set.kind, title: set.title, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0), writtenMs: null, copy: null, erase };
  }));
}

async function sizeOfCache(name: string): Promise<number> {
  const cache = await caches.open(name);
  let bytes = 0;
  for (const answer of await cache.matchAll()) bytes += (await answer.blob()).size;
  return bytes;
}

/** Without its copy the worker has nothing to serve. */
async function forgetServiceWorkers(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  for (const registration of await navigator.serviceWorker.getRegistrations().catch(() => [])) await registration.unregister();
}

/** OsteoLens makes none; listed so that nothing is left unseen. */
async function ofDatabases(): Promise<readonly StoredThing[]> {
  if (!('indexedDB' in globalThis)) return [];
  const databases = await indexedDB.databases().catch(() => []);
  return databases.flatMap(({ name }) => (name === undefined ? [] : [{
    id: `database:${name}`,
    kind: 'other' as const,
    title: name,
    bytes: 0,
    writtenMs: null,
    copy: null,
    erase: () => new Promise<Result<null, StorageProblem>>((resolve) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = () => resolve(ok(null));
      request.onerror = () => resolve(ok(null));
      request.onblocked = () => resolve(ok(null));
    }),
  }]));
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
