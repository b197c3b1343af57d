import type { OrtBuild } from './ort-build.ts';
import { ORT_VERSION } from './ort-version.ts';

const KEY = `osteolens.ort-build|ort-${ORT_VERSION}`;

export function readOrtBuild(storage: Pick<Storage, 'getItem'> | null): OrtBuild | null {
  const value = storage?.getItem(KEY) ?? null;
  return value === 'plain' || value === 'jspi' || value === 'asyncify' ? value : null;
}

export function rememberOrtBuild(storage: Pick<Storage, 'setItem'> | null, build: OrtBuild): void {
  try {
    storage?.setItem(KEY, build);
  } catch {
    // Storage is full: the next visit asks the adapter again, nothing else is lost.
  }
}
