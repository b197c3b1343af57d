import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { log } from 'dcmjs';
import { expect, test } from 'vitest';
import { indexToWorld } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import { mutateDicom, mutateZip } from '#src/testing/fuzz-mutations.ts';
import { seededRandom, type Random } from '#src/testing/fuzz-random.ts';
import { fuzzSeeds } from '#src/testing/fuzz-seeds.ts';
import { readReference } from '#src/testing/reference-header.ts';
import type { FileEntry } from './file-entry.ts';
import type { ReadFiles } from './messages.ts';
import { readFiles } from './worker/read-files.ts';

/** `npm run fuzz` asks for more. A case is its number: FUZZ_FROM=n FUZZ_CASES=1 runs case n alone. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 1000);
const FROM = Number(process.env['FUZZ_FROM'] ?? 0);
/** A case takes a few ms; a hundred times that is a reader that loses its way. */
const CASE_LIMIT_MS = 2000;
const SHOWN_FAILURES = 10;

const seeds = fuzzSeeds();
type Bytes = Uint8Array<ArrayBuffer>;

test(`${CASES} damaged studies should each end in series that another reader agrees with, or in a sentence`, { timeout: 60_000 + CASES * 50 }, async () => {
  log.setLevel('silent');
  log.getLogger('validation.dcmjs').setLevel('silent');
  const zips = await Promise.all(seeds.map(({ files }) => zipOf(files)));
  const failures: string[] = [];
  let slowest = { ms: 0, seed: -1 };
  let withGrid = 0;
  let compared = 0;
  for (let seed = FROM; seed < FROM + CASES; seed += 1) {
    const random = seededRandom(seed);
    const entries = random.below(4) === 0 ? damagedZip(random.pick(zips), random) : damagedFiles(random);
    const start = performance.now();
    try {
      const opened = await readFiles(entries, () => undefined);
      const ms = performance.now() - start;
      if (ms > slowest.ms) slowest = { ms, seed };
      expectAnswer(opened, entries);
      if (opened.series.some(({ grid }) => grid !== null)) withGrid += 1;
      compared += await compareGeometry(opened);
    } catch (error) {
      failures.push(`case ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      if (failures.length === SHOWN_FAILURES) break;
    }
  }
  expect(failures).toEqual([]);
  expect(slowest.ms, `slowest: case ${slowest.seed}`).toBeLessThan(CASE_LIMIT_MS);
  // A fuzzer whose cases are all refused, or never compared, proves nothing.
  if (CASES >= 100) {
    expect(withGrid / CASES).toBeGreaterThan(0.2);
    expect(compared / CASES).toBeGreaterThan(1);
  }
  if (process.env['FUZZ_REPORT']) process.stdout.write(`${CASES} cases, ${withGrid} with an openable series, ${compared} slices compared, slowest ${slowest.ms.toFixed(0)} ms (case ${slowest.seed})\n`);
});

function damagedFiles(random: Random): readonly FileEntry[] {
  const { files } = random.pick(seeds);
  const damaged = files.map((bytes): Bytes => bytes);
  // One damage on all files at once keeps the stack whole, so that wrong geometry would come through.
  if (random.below(3) === 0) {
    const seed = random.below(2 ** 31);
    return damaged.map((bytes, k) => entryOf(mutateDicom(bytes, seededRandom(seed)), k));
  }
  for (let n = 1 + random.below(3); n > 0; n -= 1) {
    const k = random.below(damaged.length);
    const bytes = damaged[k];
    if (bytes !== undefined && bytes.length > 0) damaged[k] = mutateDicom(bytes, random);
  }
  return damaged.map(entryOf);
}

function damagedZip(zip: Bytes, random: Random): readonly FileEntry[] {
  let bytes = zip;
  for (let n = 1 + random.below(2); n > 0 && bytes.length > 0; n -= 1) bytes = mutateZip(bytes, random);
  return [{ name: 'study.zip', blob: new File([bytes], 'study.zip') }];
}

function entryOf(bytes: Bytes, k: number): FileEntry {
  return { name: `IM${k}`, blob: new File([bytes], `IM${k}`) };
}

async function zipOf(files: readonly Bytes[]): Promise<Bytes> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const [k, bytes] of files.entries()) await writer.add(`series/IM${k}`, new Uint8ArrayReader(bytes));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

/** Every file is in a series or in a sentence, every series can be opened or says why not. */
function expectAnswer(opened: ReadFiles, entries: readonly FileEntry[]): void {
  const sentences = [...opened.problems, ...opened.series.flatMap(({ problems }) => problems)].map(({ sentence }) => sentence);
  expect(opened.series.length + sentences.length).toBeGreaterThan(0);
  for (const sentence of sentences) expect(sentence).toMatch(/^\S.*[.]$/s);
  for (const series of opened.series) {
    if (series.grid === null) expect(series.problems.some(({ effect }) => effect === 'refuse'), 'a series without grid and without reason').toBe(true);
  }
  const told = new Set([...opened.problems.flatMap(({ fileNames }) => fileNames), ...opened.series.flatMap(({ slices }) => slices.map(({ fileName }) => fileName))]);
  const isNamed = (name: string): boolean => told.has(name) || [...told].some((one) => one.startsWith(`${name}/`));
  for (const { name } of entries) expect(isNamed(name), `nothing is said of ${name}`).toBe(true);
}

/** Compares every single-frame slice of an openable series with dcmjs; how many could be. */
async function compareGeometry({ series, blobs }: ReadFiles): Promise<number> {
  let compared = 0;
  for (const { grid, slices } of series) {
    if (grid === null) continue;
    const halfPixel = Math.min(grid.spacingMm[0], grid.spacingMm[1]) / 2;
    for (const [k, slice] of slices.entries()) {
      // A tilted gantry's slices lie beside the straight grid, by the shear that the grid names.
      const { pixelsPerSlice, straightSlice } = grid.shear ?? { pixelsPerSlice: [0, 0], straightSlice: 0 };
      const place = indexToWorld(grid.indexToWorld, voxelIndex(pixelsPerSlice[0] * (k - straightSlice), pixelsPerSlice[1] * (k - straightSlice), k));
      const own = slice.imagePositionPatient ?? [0, 0, 0];
      expect(Math.hypot(...place.map((value, axis) => value - (own[axis] ?? 0))), `slice ${k} off its place`).toBeLessThan(halfPixel + grid.spacingMm[2] / 4);
      const blob = blobs[slice.fileId];
      if (slice.numberOfFrames > 1 || blob === undefined) continue;
      const reference = readReference(new Uint8Array(await blob.arrayBuffer()));
      if (reference === null) continue;
      compared += 1;
      const read = {
        rows: slice.rows, columns: slice.columns, spacing: slice.pixelSpacing, position: slice.imagePositionPatient,
        orientation: slice.imageOrientationPatient, slope: listOf(slice.rescaleSlope), intercept: listOf(slice.rescaleIntercept),
      };
      // What dcmjs does not find it cannot contradict: it follows a damaged VR or length another way.
      const contradicted = Object.entries(reference).filter(([key, value]) => value !== null && JSON.stringify(value === 'invalid' ? null : value) !== JSON.stringify(read[key as keyof typeof read]));
      expect(JSON.stringify(contradicted), `${slice.fileName} was read as ${JSON.stringify(read)}`).toBe('[]');
      expect(grid.sizeVox).toEqual([slice.columns, slice.rows, slices.length]);
    }
  }
  return compared;
}

function listOf(value: number | null): readonly number[] | null {
  return value === null ? null : [value];
}
