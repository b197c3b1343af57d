import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, expect, test, vi } from 'vitest';
import { checkImages } from '#src/core/dicom/check-images.ts';
import { readOneFile } from '#src/files/worker/read-one-file.ts';
import { openFile } from '#src/viewer/frame-bytes.ts';
import { storedValues } from '#src/viewer/stored-values.ts';
import { loadNodeCodecs, type NodeCodecs } from './node-codecs.ts';
import { readReferenceFiles } from './reference-files.ts';
import { FIXTURES } from './reference-values.ts';

/** One of scripts/reference/damaged.py: [offset, bytes removed, bytes put in as hex], in turn, and what the reference makes of each frame; null where it crashed. */
type DamagedCase = { readonly file: string; readonly edits: readonly (readonly [number, number, string])[]; readonly crc: readonly (readonly number[])[] | null };

/** `npm run fuzz` writes more cases and names them here. */
const CASES = process.env['FUZZ_DAMAGED'] ?? path.join(FIXTURES, 'damaged.json');
/** A case takes a few ms; a hundred times that is a decoder that loses its way. */
const CASE_LIMIT_MS = 2000;
const REFUSED = 'refused';

let codecs: NodeCodecs;
beforeAll(async () => {
  // The wasm codecs tell of every stream that they read.
  for (const method of ['log', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  codecs = await loadNodeCodecs();
});

test('damaged pixel data is refused, or gives the values that the reference decoders give', { timeout: 1_800_000 }, async () => {
  const cases = JSON.parse(readFileSync(CASES, 'utf8')) as readonly DamagedCase[];
  const files = await readReferenceFiles();
  const whole = new Map<string, readonly (number | typeof REFUSED)[]>();
  for (const name of new Set(cases.map(({ file }) => file))) whole.set(name, await decode(files.get(name) ?? new Uint8Array()));
  const failures: string[] = [];
  let slowest = { ms: 0, number: -1 };
  let agreed = 0;
  for (const [number, one] of cases.entries()) {
    const start = performance.now();
    const own = await decode(applyEdits(files.get(one.file) ?? new Uint8Array(), one.edits));
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, number };
    const { crc: reference } = one;
    if (reference === null) continue;
    own.forEach((crc, frame) => {
      if (crc === REFUSED) return;
      // Damage beside this frame, before which the reference gives up, leaves its values as they were.
      if (reference[frame]?.includes(crc) || crc === whole.get(one.file)?.[frame]) agreed += 1;
      else failures.push(`case ${number}, ${one.file}, frame ${frame}: ${crc} for ${reference[frame]?.join(' or ') || 'refused'}`);
    });
  }
  const report = process.env['FUZZ_DAMAGED_REPORT'];
  if (report) writeFileSync(report, `${failures.join('\n')}\n${agreed} frames agree, slowest ${slowest.ms} ms (case ${slowest.number})\n`);
  expect(failures).toEqual([]);
  expect(slowest.ms, `slowest: case ${slowest.number}`).toBeLessThan(CASE_LIMIT_MS);
  // Cases that are all refused would prove nothing.
  expect(agreed / cases.length).toBeGreaterThan(0.15);
});

/** CRC-32 of the stored values of each frame, as the reference has it, or `refused`; an empty list where the file is. */
async function decode(bytes: Uint8Array<ArrayBuffer>): Promise<readonly (number | typeof REFUSED)[]> {
  const reading = await readOneFile({ name: 'damaged.dcm', blob: new Blob([bytes]) }, 0);
  if (reading.kind !== 'slices') return [];
  if (checkImages({ slices: reading.slices, isPart: false }, 'It').some(({ effect }) => effect === 'refuse')) return [];
  const file = openFile(new Uint8Array(await reading.blob.arrayBuffer()));
  if (!file.ok) return [];
  const frames: (number | typeof REFUSED)[] = [];
  for (const header of reading.slices) {
    const stored = await storedValues(file.value, header, (stream) => codecs(stream, header));
    frames.push(stored.ok ? crc32(new Uint8Array(Int32Array.from(stored.value).buffer)) : REFUSED);
  }
  return frames;
}

function applyEdits(bytes: Uint8Array<ArrayBuffer>, edits: DamagedCase['edits']): Uint8Array<ArrayBuffer> {
  return edits.reduce((content, [at, removed, put]) => {
    return new Uint8Array(Buffer.concat([content.subarray(0, at), Buffer.from(put, 'hex'), content.subarray(at + removed)]));
  }, bytes);
}
