import asyncify from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspi from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import plain from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { OrtBuild } from '../ort-build.ts';

export const ORT_WASM_URLS: Readonly<Record<OrtBuild, string>> = { plain, jspi, asyncify };
