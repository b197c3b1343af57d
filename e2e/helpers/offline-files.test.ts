import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupOf, readOfflineFiles, stampOfflineFiles } from '../../scripts/offline-files.mjs';

let dist = '';
const write = (name: string, text: string) => writeFileSync(join(dist, name), text);

beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'osteolens-list-'));
  for (const folder of ['assets', 'demo']) mkdirSync(join(dist, folder));
  write('index.html', '<head><meta name="osteolens-build" content="1.2.3 unnamed" /></head>');
  write('sw.js', 'code();\n');
  write('deployment.json', '{}');
  write('assets/page-Ab_1.js', 'page');
  write('demo/demo-study.zip', 'zip');
});
afterEach(() => rmSync(dist, { recursive: true }));

describe('groupOf', () => {
  it.each([
    ['assets/ort-wasm-simd-threaded-DcHrbrbl.wasm', 'runtime-plain'],
    ['assets/ort-wasm-simd-threaded-qyI-_eqW.mjs', 'runtime-plain'],
    ['assets/ort-wasm-simd-threaded.jspi-CZzFqCHi.wasm', 'runtime-jspi'],
    ['assets/ort-wasm-simd-threaded.asyncify-CGX8rfbW.mjs', 'runtime-asyncify'],
    ['assets/ort.wasm.min-C-8u33Sh.js', 'runtime-plain'],
    ['assets/ort.jspi.min-BRCu08l6.js', 'runtime-jspi'],
    ['assets/ort.webgpu.min-AEMzdfWt.js', 'runtime-asyncify'],
    ['assets/openjpegwasm_decode-BP3l1OXH.wasm', 'app'],
    ['models/osteolens-reference/model.onnx', 'app'],
    ['demo/demo-study.zip', 'demo'],
  ])('%s belongs to %s', (path, group) => {
    expect(groupOf(path)).toBe(group);
  });
});

describe('stampOfflineFiles', () => {
  it('lists every file with its hash, but neither the worker nor the settings of the host, and tells page and worker the same name', () => {
    const { version, build, groups } = stampOfflineFiles(dist);
    expect(version).toBe('1.2.3');
    const page = readFileSync(join(dist, 'index.html'), 'utf8');
    expect(page).toContain(`content="1.2.3 ${build}"`);
    expect(groups['app']).toEqual([
      { url: 'assets/page-Ab_1.js', bytes: 4, integrity: `sha256-${createHash('sha256').update('page').digest('base64')}` },
      { url: 'index.html', bytes: page.length, integrity: `sha256-${createHash('sha256').update(page).digest('base64')}` },
    ]);
    expect(groups['demo']?.map(({ url }) => url)).toEqual(['demo/demo-study.zip']);
    expect(readOfflineFiles(dist)).toEqual({ version, build, groups });
    expect(readFileSync(join(dist, 'sw.js'), 'utf8').split('\n').slice(1)).toEqual(['code();', '']);
  });

  it('names the same content alike, again and again, and any change of a file or of the worker otherwise', () => {
    const { build } = stampOfflineFiles(dist);
    expect(stampOfflineFiles(dist).build).toBe(build);
    write('deployment.json', '{ "allowedOrigins": ["https://pacs.example"] }');
    expect(stampOfflineFiles(dist).build).toBe(build);
    const names = new Set([build]);
    for (const [name, text] of [['assets/page-Ab_1.js', 'other'], ['assets/page-Ab_2.js', 'other']] as const) {
      write(name, text);
      names.add(stampOfflineFiles(dist).build);
    }
    write('sw.js', readFileSync(join(dist, 'sw.js'), 'utf8').replace('code();', 'other();'));
    names.add(stampOfflineFiles(dist).build);
    write('index.html', readFileSync(join(dist, 'index.html'), 'utf8').replace('<head>', '<head><title>t</title>'));
    names.add(stampOfflineFiles(dist).build);
    expect(names.size).toBe(5);
  });

  it('refuses a folder that is no build', () => {
    write('index.html', '<head></head>');
    expect(() => stampOfflineFiles(dist)).toThrow('is not a built page of OsteoLens');
  });
});
