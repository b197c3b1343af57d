import { fail, ok } from '#src/lib/result.ts';
import { storageProblemOf } from '#src/storage/problems.ts';
import type { PrivateFolder } from '#src/storage/index.ts';

/** A private folder in memory. `fault` is what the next writes throw: a full disk, a private window. */
export function fakePrivateFolder() {
  const files = new Map<string, Blob>();
  const state: { fault: DOMException | null } = { fault: null };
  const folder: PrivateFolder = {
    list: () => Promise.resolve(ok([...files].map(([name, { size }]) => ({ name, bytes: size, modifiedMs: 0 })))),
    read: (name) => {
      const file = files.get(name);
      return Promise.resolve(file === undefined ? fail(storageProblemOf(new Error(`there is no file ${name}`))) : ok(file));
    },
    write: (name, data) => {
      if (state.fault !== null) return Promise.resolve(fail(storageProblemOf(state.fault)));
      files.set(name, data instanceof Blob ? data : new Blob([data as Uint8Array<ArrayBuffer>]));
      return Promise.resolve(ok(null));
    },
    remove: (name) => {
      files.delete(name);
      return Promise.resolve(ok(null));
    },
    removeAll: () => {
      files.clear();
      return Promise.resolve(ok(null));
    },
  };
  return { folder, files, state };
}
