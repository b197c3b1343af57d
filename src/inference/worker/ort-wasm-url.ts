export { default as ORT_WASM_URL } from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
