// Named once, here and in ort-wasm-urls.ts: Vite copies exactly these files into the build, and onnxruntime-web takes them from our own origin.
import asyncifyGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import jspiGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import plainGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import type { OrtBuild } from '../ort-build.ts';
import { ORT_WASM_URLS } from './ort-wasm-urls.ts';

type Ort = typeof import('onnxruntime-web/wasm');

/** Threads beyond this bring nothing for one small patch. */
const MOST_THREADS = 4;

/** Threads need shared memory, which browsers give only to cross-origin isolated pages. */
export function countThreads(isIsolated: boolean, cores: number): number {
  return isIsolated ? Math.min(MOST_THREADS, Math.max(1, cores)) : 1;
}

const GLUE_URLS: Readonly<Record<OrtBuild, string>> = { plain: plainGlueUrl, jspi: jspiGlueUrl, asyncify: asyncifyGlueUrl };

function importOrt(build: OrtBuild): Promise<Ort> {
  switch (build) {
    case 'plain': return import('onnxruntime-web/wasm');
    case 'jspi': return import('onnxruntime-web/jspi');
    case 'asyncify': return import('onnxruntime-web/webgpu');
  }
}

/** Loads one build of the runtime, set to our own files. Only the build that is asked for is downloaded. */
export async function loadOrt(build: OrtBuild, threads: number): Promise<Ort> {
  const ort = await importOrt(build);
  // The library wants absolute addresses; the build gives addresses relative to this script.
  const absolute = (url: string) => new URL(url, import.meta.url).href;
  ort.env.wasm.wasmPaths = { mjs: absolute(GLUE_URLS[build]), wasm: absolute(ORT_WASM_URLS[build]) };
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.proxy = false; // this is a worker already
  ort.env.logLevel = 'error';
  return ort;
}
