import type { OrtBuild } from './ort-build.ts';
import { ORT_WASM_URLS } from './worker/ort-wasm-urls.ts';

/**
 * Has the browser fetch the runtime (14 to 27 MB) into its cache, behind what the page waits for; the page holds nothing of it. A link with
 * rel="prefetch" would do the same, but Firefox judges that by default-src of the policy, which forbids it.
 */
export function prefetchRuntime(build: OrtBuild): void {
  // What fails here is fetched, and told of, when a model is loaded.
  void fetch(ORT_WASM_URLS[build], { priority: 'low' }).then((response) => response.body?.pipeTo(new WritableStream())).catch(() => undefined);
}
