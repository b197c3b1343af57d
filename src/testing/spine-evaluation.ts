/** Scores of the spine finder: found vertebrae and their names against known ones. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { distanceMm, worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import { normalisePatch } from '#src/core/patch/normalise.ts';
import type { CoarseGrid } from '#src/core/spine/coarse-grid.ts';
import { findSpine } from '#src/core/spine/find-spine.ts';
import { proposeSpine } from '#src/core/spine/propose-spine.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import type { NodeSpineNetwork } from './spine-in-node.ts';
import { viewOfGrid } from './synthetic-heatmap.ts';

export type KnownVertebra = { readonly name: VertebraName; readonly centreLps: WorldPoint; readonly isWhole: boolean };
export type SimulatedSpine = { readonly id: string; readonly grid: CoarseGrid; readonly valuesHu: Int16Array; readonly vertebrae: readonly KnownVertebra[]; readonly tags: readonly string[] };

type SpineJson = {
  readonly shape: [number, number, number];
  readonly spacingMm: [number, number, number];
  readonly originLps: [number, number, number];
  readonly vertebrae: readonly { readonly name: VertebraName; readonly centreLps: [number, number, number]; readonly isWhole: boolean }[];
  readonly tags: readonly string[];
};

export function simulatedSpines(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^spine-\d+\.json$/.test(name)).sort().map((name) => path.join(folder, name));
}

/** One spine as training/vertebra/spine writes it: HU on the network's grid, x fastest, and what was drawn. */
export function readSimulatedSpine(file: string): SimulatedSpine {
  const json = JSON.parse(readFileSync(file, 'utf8')) as SpineJson;
  const bytes = readFileSync(file.replace(/\.json$/, '.i16'));
  const valuesHu = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const [depth, height, width] = json.shape;
  if (valuesHu.length !== depth * height * width) throw new Error(`${file}: ${valuesHu.length} values where the sizes say ${depth * height * width}.`);
  return {
    id: path.basename(file, '.json'),
    grid: { sizeZyx: json.shape, spacingMm: json.spacingMm, originLps: worldPoint(...json.originLps) },
    valuesHu,
    vertebrae: json.vertebrae.map(({ name, centreLps, isWhole }) => ({ name, centreLps: worldPoint(...centreLps), isWhole })),
    tags: json.tags,
  };
}

/** One proposal for each number of independent reads (name-posterior.ts); the network runs once. Centres are the network's own: 4 mm cells are too coarse for fits. */
export async function proposeOnGrid(network: NodeSpineNetwork, { grid, valuesHu }: SimulatedSpine, reads: readonly number[]): Promise<readonly SpineProposal[]> {
  const { manifest } = network;
  const multiple = manifest.input.volume.multipleOf;
  const sizeZyx = grid.sizeZyx.map((size) => Math.ceil(size / multiple) * multiple) as [number, number, number];
  const values = normalisePatch(padded(valuesHu, grid.sizeZyx, sizeZyx, manifest.input.volume.outsideHu), manifest.input.volume);
  const { value: outputs } = await network.run(values, sizeZyx);
  const found = findSpine(outputs, { ...grid, sizeZyx }, manifest.levels, manifest.outputs.levels.stride);
  return reads.map((count) => proposeSpine(found.map((one) => ({ found: one, body: null })), viewOfGrid(grid), 0, count));
}

function padded(values: Int16Array, [, height, width]: readonly [number, number, number], to: readonly [number, number, number], outside: number): Int16Array {
  const result = new Int16Array(to[0] * to[1] * to[2]).fill(outside);
  for (let row = 0; row * width < values.length; row += 1) {
    const [z, y] = [Math.floor(row / height), row % height];
    result.set(values.subarray(row * width, (row + 1) * width), (z * to[1] + y) * to[2]);
  }
  return result;
}

/** Nearer than this a proposed centre counts as found (issue 5), mm. */
export const FOUND_MM = 8;
/** A proposal further than this from every body is no vertebra: half of a small thoracic distance and a little, mm. */
const STRAY_MM = 14;

export type SpineScore = {
  /** Bodies wholly in the field, T1 to L6: the sacrum is a landmark, counted apart. */
  readonly whole: number;
  readonly found: number;
  readonly errorsMm: readonly number[];
  /** T10 to L5 of these. */
  readonly wholeT10L5: number;
  readonly foundT10L5: number;
  readonly strays: number;
  /** Names of the bodies that were found (within 8 mm or cut by the field). */
  readonly named: number;
  readonly rightNames: number;
  /** right: all names right. marked: some are wrong, and each wrong one is below the limit of trust. silent: a wrong name is trusted. none: nothing found. */
  readonly naming: 'right' | 'marked' | 'silent' | 'none';
  readonly isAnchored: boolean;
  /** Every named body: stated confidence and whether the name is right. */
  readonly confidences: readonly { readonly stated: number; readonly isRight: boolean }[];
};

const LUMBAR_AND_LOW_THORACIC = /^(T1[0-3]|L[1-6])$/;

/** @param trusted a name at least this sure is shown without a doubt */
export function scoreProposal(proposal: SpineProposal, known: readonly KnownVertebra[], trusted: number): SpineScore {
  const nearest = (point: WorldPoint, ones: readonly { readonly centreLps: WorldPoint }[]): readonly [number, number] =>
    ones.reduce<readonly [number, number]>((best, { centreLps }, n) => (distanceMm(point, centreLps) < best[1] ? [n, distanceMm(point, centreLps)] : best), [-1, Infinity]);
  const whole = known.filter(({ isWhole, name }) => isWhole && name !== 'S1');
  const errors = whole.map(({ centreLps }) => nearest(centreLps, proposal.vertebrae)[1]);
  const isFound = (n: number): boolean => (errors[n] ?? Infinity) <= FOUND_MM;
  const low = whole.map((one, n) => ({ name: one.name, isFound: isFound(n) })).filter(({ name }) => LUMBAR_AND_LOW_THORACIC.test(name));
  const matched = proposal.vertebrae.flatMap(({ name, centreLps, nameConfidence }) => {
    const [index, distance] = nearest(centreLps, known);
    return distance <= STRAY_MM ? [{ stated: nameConfidence, isRight: known[index]?.name === name }] : [];
  });
  const wrong = matched.filter(({ isRight }) => !isRight);
  return {
    whole: whole.length,
    found: whole.filter((_, n) => isFound(n)).length,
    errorsMm: errors.filter((error) => error <= FOUND_MM),
    wholeT10L5: low.length,
    foundT10L5: low.filter((one) => one.isFound).length,
    strays: proposal.vertebrae.length - matched.length,
    named: matched.length,
    rightNames: matched.length - wrong.length,
    naming: matched.length === 0 ? 'none' : wrong.length === 0 ? 'right' : wrong.every(({ stated }) => stated < trusted) ? 'marked' : 'silent',
    isAnchored: proposal.isAnchored,
    confidences: matched,
  };
}

/** Mean negative log likelihood of right and wrong names under the stated confidences; lower is better calibrated. */
export function nameLogLoss(confidences: SpineScore['confidences']): number {
  const clamp = (p: number): number => Math.min(0.999, Math.max(0.001, p));
  return confidences.reduce((sum, { stated, isRight }) => sum - Math.log(isRight ? clamp(stated) : 1 - clamp(stated)), 0) / Math.max(1, confidences.length);
}
