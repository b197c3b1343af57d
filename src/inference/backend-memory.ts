import { z } from 'zod';
import type { Backend } from './choose-backend.ts';
import { ORT_VERSION } from './ort-version.ts';

/*
 * Remembers which backend won its trial on this machine. Holds an adapter name, a model hash and a runtime version:
 * nothing of a patient. A change of any of them asks for a new trial.
 */

const entry = z.object({ backend: z.enum(['wasm', 'webgpu']), reason: z.string().min(1) });

export type RememberedBackend = { readonly backend: Backend; readonly reason: string };

export type BackendMemory = {
  read(adapterId: string, modelSha256: string): RememberedBackend | null;
  write(adapterId: string, modelSha256: string, decision: RememberedBackend): void;
  forget(adapterId: string, modelSha256: string): void;
};

function keyOf(adapterId: string, modelSha256: string): string {
  return `osteolens.backend|${adapterId}|${modelSha256}|ort-${ORT_VERSION}`;
}

/** @param storage null where the browser refuses storage: then nothing is remembered and every start is a first one */
export function createBackendMemory(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null): BackendMemory {
  return {
    read(adapterId, modelSha256) {
      const text = storage?.getItem(keyOf(adapterId, modelSha256)) ?? null;
      if (text === null) return null;
      try {
        const parsed = entry.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data : null;
      } catch {
        return null;
      }
    },
    write(adapterId, modelSha256, { backend, reason }) {
      try {
        storage?.setItem(keyOf(adapterId, modelSha256), JSON.stringify({ backend, reason }));
      } catch {
        // Storage is full: the next visit measures again, nothing else is lost.
      }
    },
    forget(adapterId, modelSha256) {
      storage?.removeItem(keyOf(adapterId, modelSha256));
    },
  };
}

/** The page's local storage, or null where reading it is refused (blocked cookies, sandboxed frame). */
export function openLocalStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
