import { probeRuntime, type RuntimeFacts } from '#src/inference/index.ts';

let facts: RuntimeFacts | null = null;

/** Asked once: the engine, the search for the spine and the offline copy go by the same answer. */
export function runtimeFacts(): RuntimeFacts {
  facts ??= probeRuntime(location.search);
  return facts;
}
