import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { checkImages } from '#src/core/dicom/check-images.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { readOneFile } from '#src/files/worker/read-one-file.ts';
import { readFiles } from '#src/files/worker/read-files.ts';
import { rescaleToHu } from '#src/viewer/hu-slice.ts';
import { openFile } from '#src/viewer/frame-bytes.ts';
import { padWithAir } from '#src/viewer/padding.ts';
import { storedValues } from '#src/viewer/stored-values.ts';
import { hasTestData, NO_TEST_DATA, testDataPath } from './load-real-ct.ts';
import { loadNodeCodecs, type NodeCodecs } from './node-codecs.ts';
import { readReferenceFiles } from './reference-files.ts';
import { pointsOf, readAnswers, readReferences, type Answer, type ReferenceRecord } from './reference-values.ts';

type References = Readonly<Record<string, ReferenceRecord>>;
type Reading = { readonly code: string; readonly differences: readonly string[] };

/** What is read is what the reference has. */
const AGREES = 'values';
/** As scripts/reference/values.py has it. */
const OTHER_SUFFIXES = /\.(nii|nii\.gz|json|csv|md|txt|py|xml)$/;
const TOLERANCE_MM = 1e-4;
/**
 * Stored values. Lossy JPEG leaves the rounding of the inverse transform to the decoder (T.81 annex A.3.3, T.800 annex
 * F.3), and the bias that stored-values.ts takes off 12-bit JPEG is no whole number.
 */
const LOSSY_TOLERANCE: Readonly<Record<string, number>> = {
  '1.2.840.10008.1.2.4.50': 1, '1.2.840.10008.1.2.4.51': 2, '1.2.840.10008.1.2.4.53': 2, '1.2.840.10008.1.2.4.91': 1, '1.2.840.10008.1.2.4.203': 1,
};
/** Above 4079 of 4095 that codec tells no values apart; see stored-values.ts. */
const JPEG_12_BIT: ReadonlySet<string> = new Set(['1.2.840.10008.1.2.4.51', '1.2.840.10008.1.2.4.53']);

let codecs: NodeCodecs;
beforeAll(async () => {
  // The wasm codecs tell of every stream that they read.
  for (const method of ['log', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  codecs = await loadNodeCodecs();
});

describe('files written by scripts/reference', () => {
  test('each gives the values that pydicom gives, or the answer that is listed', async () => {
    const references = readReferences('synthetic.json');
    const files = await readReferenceFiles();
    expect([...files.keys()].sort()).toEqual(Object.keys(references).sort());
    await compareAll(references, (name) => files.get(name), readAnswers('synthetic-answers.json'));
  });
});

const isHere = hasTestData('ct') && hasTestData('edge');

describe.skipIf(!isHere)(isHere ? 'real files' : `real files: ${NO_TEST_DATA}`, () => {
  test('each gives the values that pydicom gives, or the answer that is listed', async () => {
    const references = readReferences('real.json');
    expect(Object.keys(references).filter((name) => !existsSync(testDataPath(name)))).toEqual([]);
    await compareAll(references, (name) => new Uint8Array(readFileSync(testDataPath(name))), readAnswers('real-answers.json'));
  });
});

describe.skipIf(!isHere)(isHere ? 'real series' : `real series: ${NO_TEST_DATA}`, () => {
  test('the reference names every DICOM file that is there', () => {
    const there = ['ct', 'edge'].flatMap((folder) =>
      readdirSync(testDataPath(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !OTHER_SUFFIXES.test(entry.name))
        .map((entry) => path.relative(testDataPath(), path.join(entry.parentPath, entry.name))));
    expect(there.sort()).toEqual(Object.keys(readReferences('real.json')).sort());
  });

  test.each(['ct/lidc-0314-chest', 'ct/ts-slab-j2k', 'ct/lung-dx-8mm'])('%s has its slices in the order of the positions that pydicom reads', async (folder) => {
    const records = Object.entries(readReferences('real.json')).filter(([name]) => name.startsWith(`${folder}/`));
    const heights = records.flatMap(([name, record]) => {
      if ('unreadable' in record) return [];
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = record.orientation ?? [];
      const [x = 0, y = 0, z = 0] = record.positions[0] ?? [];
      return [{ name, height: (b * f - c * e) * x + (c * d - a * f) * y + (a * e - b * d) * z }];
    });
    const entries = records.map(([name]) => ({ name, blob: new File([readFileSync(testDataPath(name))], name) }));
    const { series } = await readFiles(entries, () => undefined);
    expect(series[0]?.slices.map(({ fileName }) => fileName)).toEqual(heights.toSorted((one, other) => one.height - other.height).map(({ name }) => name));
  });
});

async function compareAll(references: References, bytesOf: (name: string) => Uint8Array<ArrayBuffer> | undefined, answers: readonly Answer[]): Promise<void> {
  const listed = new Map(answers.flatMap(({ code, files }) => files.map((file) => [file, code] as const)));
  const wrong: Record<string, string> = {};
  let values = 0;
  for (const [name, reference] of Object.entries(references)) {
    const bytes = bytesOf(name);
    if (bytes === undefined) throw new Error(`${name} is gone.`);
    const { code, differences } = await read(name, bytes, reference);
    if (code === AGREES) values += 1;
    const expected = listed.get(name) ?? AGREES;
    if (code !== expected || differences.length > 0) wrong[name] = `${code}, not ${expected}: ${differences.join('; ')}`;
  }
  const report = process.env['REFERENCE_REPORT'];
  if (report) writeFileSync(report, JSON.stringify(wrong, null, 1));
  expect(wrong).toEqual({});
  // None left out: every file of the reference has values or a listed answer.
  expect(values).toBe(Object.keys(references).length - listed.size);
}

/** The way of one file through our reader, as far as it goes; every frame's header and, where both readers decode, the hundred points. */
async function read(name: string, bytes: Uint8Array<ArrayBuffer>, reference: ReferenceRecord): Promise<Reading> {
  const reading = await readOneFile({ name, blob: new Blob([bytes]) }, 0);
  if (reading.kind === 'fault') return { code: reading.code, differences: [] };
  if (reading.kind === 'other') return { code: 'other', differences: [] };
  const { slices } = reading;
  const refusal = checkImages({ slices, isPart: false }, name).find(({ effect }) => effect === 'refuse');
  const code = refusal?.code ?? AGREES;
  if ('unreadable' in reference) return { code, differences: code === AGREES ? [`pydicom: ${reference.unreadable}`] : [] };
  const differences = compareHeaders(slices, reference);
  const repaired = new Uint8Array(await reading.blob.arrayBuffer());
  const decoded = await valuesAt(repaired, slices, name, reference.size);
  // Other modalities are decoded too: the codecs and the pixel formats are the same.
  if (typeof decoded === 'string') return { code: code === AGREES ? 'slice-unreadable' : code, differences };
  if (reference.hu === undefined) return { code, differences: code === AGREES ? [...differences, `pydicom: ${reference.undecodable}`] : differences };
  const [slope, intercept] = [slices[0]?.rescaleSlope ?? 1, slices[0]?.rescaleIntercept ?? 0];
  const toleranceOf = (hu: number): number => {
    const isAtTop = JPEG_12_BIT.has(reference.syntax) && (hu - intercept) / slope >= 4080;
    return (isAtTop ? 15 : (LOSSY_TOLERANCE[reference.syntax] ?? 0)) * Math.abs(slope) + 1e-3;
  };
  const off = reference.hu.filter((hu, n) => !(Math.abs((decoded[n] ?? NaN) - hu) <= toleranceOf(hu))).length;
  return { code, differences: off === 0 ? differences : [...differences, `${off} values differ, as ${decoded.slice(0, 4).join(' ')} for ${reference.hu.slice(0, 4).join(' ')}`] };
}

async function valuesAt(bytes: Uint8Array<ArrayBuffer>, slices: readonly SliceHeader[], name: string, [columns, rows, frames]: readonly [number, number, number]): Promise<readonly number[] | string> {
  const file = openFile(bytes);
  if (!file.ok) return file.error;
  const area = columns * rows;
  const decoded = new Map<number, ArrayLike<number>>();
  const values: number[] = [];
  for (const point of pointsOf(name, area * frames)) {
    const frame = Math.floor(point / area);
    const first = slices[0];
    const header = slices[frame] ?? (first === undefined ? undefined : { ...first, frame });
    if (header === undefined) return 'no such frame';
    const known = decoded.get(frame);
    if (known === undefined) {
      const stored = await storedValues(file.value, header, (stream) => codecs(stream, header));
      if (!stored.ok) return stored.error;
      decoded.set(frame, padWithAir(rescaleToHu(stored.value, header.rescaleSlope ?? 1, header.rescaleIntercept ?? 0, 'Float32Array'), header));
    }
    values.push(decoded.get(frame)?.[point % area] ?? NaN);
  }
  return values;
}

function compareHeaders(slices: readonly SliceHeader[], reference: Exclude<ReferenceRecord, { unreadable: string }>): readonly string[] {
  const [first] = slices;
  if (first === undefined) return ['no slice'];
  const differences: string[] = [];
  const same = (what: string, own: readonly number[] | null | undefined, other: readonly number[] | null | undefined): void => {
    const isSame = (own ?? []).length === (other ?? []).length && (own ?? []).every((value, n) => Math.abs(value - (other?.[n] ?? NaN)) <= TOLERANCE_MM);
    if (!isSame) differences.push(`${what} ${JSON.stringify(own)} for ${JSON.stringify(other)}`);
  };
  same('size', [first.columns ?? 0, first.rows ?? 0, first.numberOfFrames], reference.size);
  // Functional groups are read of CT only.
  if (reference.modality !== 'CT' && first.numberOfFrames > 1) return differences;
  same('spacing', first.pixelSpacing, reference.spacing);
  same('orientation', first.imageOrientationPatient, reference.orientation);
  if (reference.positions.length === slices.length) slices.forEach((slice, n) => same(`position ${n}`, slice.imagePositionPatient, reference.positions[n]));
  else if (reference.modality === 'CT') differences.push(`${slices.length} frames with headers for ${reference.positions.length}`);
  return differences;
}
