import { ORT_WASM_URL } from './worker/ort-wasm-url.ts';

/**
 * Has the browser fetch the runtime (14 MB) into its cache when it has nothing else to fetch; the page holds nothing of it. A browser
 * without prefetch fetches it when a model is loaded.
 */
export function prefetchRuntime(): void {
  const link = document.createElement('link');
  link.rel = 'prefetch';
  link.as = 'fetch';
  link.href = ORT_WASM_URL;
  document.head.append(link);
}
