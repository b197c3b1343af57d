import { openLocalStorage } from './backend-memory.ts';
import { readForcedBackend, type AdapterFacts } from './choose-backend.ts';
import { readOrtBuild, rememberOrtBuild } from './ort-build-memory.ts';
import { chooseOrtBuild, type OrtBuild } from './ort-build.ts';
import { probeAdapter } from './probe-adapter.ts';

/** What the page knows of this machine before a network is loaded; asked once, for everybody. */
export type RuntimeFacts = {
  readonly adapter: Promise<AdapterFacts | null>;
  readonly build: Promise<OrtBuild>;
};

/** @param search the query of the page's address, which may force a backend */
export function probeRuntime(search: string): RuntimeFacts {
  const adapter = probeAdapter();
  return { adapter, build: chooseFor(search, adapter) };
}

async function chooseFor(search: string, adapter: Promise<AdapterFacts | null>): Promise<OrtBuild> {
  const storage = openLocalStorage();
  const forced = readForcedBackend(search);
  const hasJspi = 'Suspending' in WebAssembly && 'promising' in WebAssembly;
  const build = chooseOrtBuild({ forced, adapter: await adapter, hasJspi, remembered: readOrtBuild(storage) });
  // What an address forces for once is no fact of the machine.
  if (forced === null) rememberOrtBuild(storage, build);
  return build;
}
