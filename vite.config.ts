import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Cross-origin isolation gives onnxruntime-web its second thread; everything stays correct without it.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [react()],
  // extern-wasm: onnxruntime-web must not inline or duplicate its wasm files; src/inference/worker names them once.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  optimizeDeps: {
    // dicom-image-loader starts its own module worker and does not survive pre-bundling; then its CommonJS parts must be named.
    exclude: ['@cornerstonejs/dicom-image-loader', 'onnxruntime-web'],
    include: [
      'dicom-parser',
      'pako',
      '@zip.js/zip.js/lib/zip-core-native.js',
      '@cornerstonejs/codec-charls/decodewasmjs',
      '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
      '@cornerstonejs/codec-libjxl/decodewasmjs',
      '@cornerstonejs/codec-openjpeg/decodewasmjs',
      '@cornerstonejs/codec-openjph/wasmjs',
    ],
  },
  worker: { format: 'es' },
  build: { target: 'es2023', chunkSizeWarningLimit: 5000, sourcemap: false },
  server: { headers: isolation },
  preview: { headers: isolation },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'e2e/helpers/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
