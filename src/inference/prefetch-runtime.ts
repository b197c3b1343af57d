import type { OrtBuild } from './ort-build.ts';
import { ORT_WASM_URLS } from './worker/ort-wasm-urls.ts';

/**
 * Has the browser fetch the runtime (14 to 27 MB) into its cache when it has nothing else to fetch; the page holds nothing of it. A browser
 * without prefetch fetches it when a model is loaded.
 */
export function prefetchRuntime(build: OrtBuild): void {
  const link = document.createElement('link');
  link.rel = 'prefetch';
  link.as = 'fetch';
  link.href = ORT_WASM_URLS[build];
  document.head.append(link);
}
