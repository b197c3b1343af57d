import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { originsOfDeployment, securityHeaders, withPolicy } from './scripts/security-headers.mjs';
import { offlineCopy } from './scripts/vite-offline.mjs';

const allowedOrigins = originsOfDeployment(JSON.parse(readFileSync(new URL('public/deployment.json', import.meta.url), 'utf8')));
const headers = securityHeaders(allowedOrigins);
// The dev server needs inline scripts and a web socket; only the isolation is the same there.
const isolation = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('Cross-Origin-')));

/** Hosts that send no headers get the policy as a meta element of the built page. */
const policyInPage: Plugin = {
  name: 'policy-in-page',
  apply: 'build',
  transformIndexHtml: { order: 'post', handler: (html) => withPolicy(html, allowedOrigins) },
};

export default defineConfig({
  base: './',
  plugins: [react(), policyInPage, offlineCopy()],
  // extern-wasm: onnxruntime-web must not inline or duplicate its wasm files; src/inference/worker names them once.
  // Cornerstone's packages each bring a dcmjs of their own: one is enough.
  resolve: {
    conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
    dedupe: ['dcmjs'],
    alias: [{ find: /^@kitware\/vtk\.js\/IO\/(?:Geometry|XML|Misc)\/\w+Reader\.js$/, replacement: fileURLToPath(new URL('src/viewer/no-mesh-reader.ts', import.meta.url)) }],
  },
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
  preview: { headers },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'e2e/helpers/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
