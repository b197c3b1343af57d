// Vite plugin: bundles the service worker into one script beside the page, under a name that never changes, and stamps the build.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { stampOfflineFiles } from './offline-files.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export function offlineCopy() {
  let dist = '';
  let hasFailed = false;
  return {
    name: 'offline-copy',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      dist = fileURLToPath(new URL(config.build.outDir, new URL(`file://${config.root}/`)));
    },
    transformIndexHtml() {
      return [{ tag: 'meta', attrs: { name: 'osteolens-build', content: `${version} unnamed` }, injectTo: 'head' }];
    },
    buildEnd(error) {
      hasFailed = error !== undefined;
    },
    async closeBundle() {
      if (hasFailed) return;
      await build({
        configFile: false,
        root,
        logLevel: 'error',
        // Libraries drop their development messages by this.
        define: { 'process.env.NODE_ENV': '"production"' },
        build: {
          target: 'es2023',
          outDir: dist,
          emptyOutDir: false,
          copyPublicDir: false,
          lib: { entry: fileURLToPath(new URL('../src/offline/worker/service-worker.ts', import.meta.url)), formats: ['iife'], name: 'worker', fileName: () => 'sw.js' },
        },
      });
      stampOfflineFiles(dist);
    },
  };
}
