// Named once, here: Vite copies exactly these files into the build, and onnxruntime-web takes them from our own origin.
import webgpuGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import webgpuWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import type { Backend } from '../choose-backend.ts';
import { ORT_WASM_URL } from './ort-wasm-url.ts';

type Ort = typeof import('onnxruntime-web/wasm');

/** Threads beyond this bring nothing for one small patch. */
const MOST_THREADS = 4;

/** Threads need shared memory, which browsers give only to cross-origin isolated pages. */
export function countThreads(isIsolated: boolean, cores: number): number {
  return isIsolated ? Math.min(MOST_THREADS, Math.max(1, cores)) : 1;
}

/** Loads one build of the runtime, set to our own files. Only the build that is asked for is downloaded. */
export async function loadOrt(backend: Backend, threads: number): Promise<Ort> {
  const ort = backend === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm');
  const [glue, wasm] = backend === 'webgpu' ? [webgpuGlueUrl, webgpuWasmUrl] : [wasmGlueUrl, ORT_WASM_URL];
  // The library wants absolute addresses; the build gives addresses relative to this script.
  ort.env.wasm.wasmPaths = { mjs: new URL(glue, import.meta.url).href, wasm: new URL(wasm, import.meta.url).href };
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.proxy = false; // this is a worker already
  ort.env.logLevel = 'error';
  return ort;
}
