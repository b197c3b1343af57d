import { z } from 'zod';
import type { EllipticalCylinder } from '../geometry/elliptical-cylinder.ts';
import { dotOf } from '../geometry/vectors.ts';
import { isRoiSize } from '../measure/edit-roi.ts';
import { LEVELS } from '../levels/level.ts';
import { NAME_ANCHORS } from '../levels/pick.ts';
import { VERTEBRAE } from '../levels/vertebra-name.ts';
import { scannerCalibration } from '../measure/calibration.ts';
import { STATEABLE_AGE } from '../measure/stated-facts.ts';

/** What a `*.osteolens.json` file is recognised by. */
export const SESSION_FORMAT = 'osteolens-results';
export const SESSION_SCHEMA_VERSION = 1;

const finite = z.number();
const fraction = finite.min(0).max(1);
const vertebra = z.enum(VERTEBRAE);
/** Those that the network knows. */
const level = z.enum(LEVELS);
const pickState = z.enum(['proposed', 'confirmed', 'edited', 'rejected']);
const pointLps = z.tuple([finite, finite, finite]).readonly().describe('LPS patient coordinates, mm: left, posterior, superior.');
const estimate = z.strictObject({ value: finite, low: finite, high: finite }).readonly().describe('Value and interval, with the coverage that the model states (90 %).');

const cylinder = z
  .strictObject({ centreLps: pointLps, up: pointLps, front: pointLps, left: pointLps, halfWidthMm: finite.positive(), halfDepthMm: finite.positive(), heightMm: finite.positive() })
  .readonly()
  .describe('Elliptical cylinder: centre, axes (unit vectors, LPS), half axes along left and front, whole height along up; mm.');

/** What a reader can have drawn: numbers of anything else would be wrong without looking so. */
function isRegion({ up, front, left, halfWidthMm, halfDepthMm, heightMm }: EllipticalCylinder): boolean {
  const isUnit = [up, front, left].every((axis) => Math.abs(dotOf(axis, axis) - 1) < 1e-3);
  const isSquare = [dotOf(up, front), dotOf(up, left), dotOf(front, left)].every((cosine) => Math.abs(cosine) < 1e-3);
  return isUnit && isSquare && isRoiSize({ halfWidthMm, halfDepthMm, heightMm });
}

const endplate = z.strictObject({ centreLps: pointLps, normalLps: pointLps, anteriorLps: pointLps, posteriorLps: pointLps }).readonly();

const fit = z
  .strictObject({
    centreLps: pointLps,
    up: pointLps,
    front: pointLps,
    left: pointLps,
    halfWidthMm: finite.positive(),
    halfDepthMm: finite.positive(),
    heightsMm: z.strictObject({ anterior: finite, middle: finite, posterior: finite }).readonly(),
    endplates: z.strictObject({ superior: endplate, inferior: endplate }).readonly(),
    confidence: fraction,
  })
  .readonly()
  .describe('The fitted body: frame, sizes in mm, endplates with rim points in its mid-sagittal plane.');

const acquisition = z
  .strictObject({
    kvp: finite.nullable(),
    sliceThicknessMm: finite.nullable(),
    kernel: z.string().nullable(),
    contrast: z.boolean().nullable().describe('Null: the header does not say.'),
  })
  .readonly();

const statedAge = z.int().min(STATEABLE_AGE.min).max(STATEABLE_AGE.max);
const statedSex = z.enum(['F', 'M']);
const statedFacts = z
  .strictObject({
    kvp: finite.positive().nullable(),
    contrast: z.boolean().nullable(),
    ageYears: statedAge.optional().describe('Absent: not stated. L1 is compared with it; no number of a level depends on it.'),
    sex: statedSex.optional().describe('Absent: not stated.'),
  })
  .readonly();

const nameCount = z
  .strictObject({ confidence: fraction, anchors: z.array(z.enum(NAME_ANCHORS)).readonly() })
  .readonly()
  .describe('How the app counted to the name, and how sure it was; absent where the reader or a file named the vertebra.');

const densityMethod = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tube-voltage'), kvp: finite.positive(), kvpSource: z.enum(['header', 'reader']), huPerMgCm3: finite.positive() }).readonly(),
  z.strictObject({ kind: z.literal('scanner-calibration'), calibration: scannerCalibration }).readonly(),
]);

const density = z
  .strictObject({
    vbmdMgCm3: finite.describe('As read, mg/cm³ hydroxyapatite; contrast agent is not taken off.'),
    lowMgCm3: finite.describe('Low end of the expected error; with contrast agent also its largest published rise.'),
    highMgCm3: finite,
    method: densityMethod,
    contrast: z
      .strictObject({ phase: z.enum(['arterial', 'portal venous', 'unclear']), riseMgCm3: z.tuple([finite, finite]).readonly() })
      .readonly()
      .nullable()
      .describe('How much contrast agent raises density by published means; null where there is none.'),
  })
  .readonly();

const tissue = z.strictObject({ medianHu: finite, sdHu: finite.min(0), areaMm2: finite.positive() }).readonly().nullable();

const tissues = z
  .strictObject({ air: tissue, fat: tissue, muscle: tissue, blood: tissue })
  .readonly()
  .describe('Air outside the body, subcutaneous fat, muscle beside the spine and blood in the aorta at this level; a check of the scanner.');

const measurement = z
  .strictObject({
    meanHu: finite,
    medianHu: finite,
    sdHu: finite.min(0),
    areaMm2: finite.positive().optional().describe('Across the region.'),
    volumeMm3: finite.positive(),
    vbmdMgCm3: finite.nullable().describe('Measured trabecular density, mg/cm³ hydroxyapatite, QCT convention; null where the tube voltage gives none.'),
    density: density.nullable().optional().describe('How the density was had, with its expected error; null where there is none.'),
    roi: cylinder,
  })
  .readonly()
  .describe('Plain measurement in the trabecular region; attenuation in HU.');

const deviceEstimate = z
  .strictObject({
    deviceId: z.string().min(1),
    abmd: estimate.describe('Areal density on this DXA scale, in the unit that the model states for it.'),
    osteoporosis: estimate.describe('Probability of T ≤ −2.5 on this scale.'),
    classProbabilities: z.tuple([fraction, fraction, fraction]).readonly().describe('Normal, osteopenia, osteoporosis.'),
    gates: z.array(fraction).readonly().describe('Share of each expert.'),
  })
  .readonly();

const network = z
  .strictObject({
    vbmdMgCm3: estimate,
    devices: z.array(deviceEstimate).readonly(),
    levelProbabilities: z.partialRecord(level, fraction).readonly(),
    predictedLevel: level,
    oodScore: finite,
    oodLimit: finite,
    outsideFraction: fraction,
  })
  .readonly()
  .describe("The network's estimate.");

const run = z
  .strictObject({
    backend: z.enum(['wasm', 'webgpu', 'onnxruntime']).describe('In the browser, or onnxruntime where `python -m vertebra analyse` wrote the file.'),
    elapsedMs: finite.min(0),
    modelId: z.string().min(1),
    modelSha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  })
  .readonly();

const warning = z
  .strictObject({
    code: z.string().min(1),
    effect: z.enum(['note', 'mark', 'refuse']),
    sentence: z.string().min(1),
  })
  .readonly();

const savedLevel = z
  .strictObject({
    level: vertebra,
    centreLps: pointLps,
    state: pickState.describe('What the reader has said of the level.'),
    nameCount: nameCount.optional(),
    editedRoi: cylinder.optional().describe('The measuring region that the reader drew; absent where the app chose it.'),
    measurement: measurement.nullable(),
    roiSource: z.enum(['body', 'beside-focus', 'fixed', 'edited']).optional().describe('Whose region was measured: of the fitted body, of the fitted body beside a focus in it, the fixed one in patient axes, or the reader\'s.'),
    fit: fit.nullable().optional().describe('Null: no body was found with confidence.'),
    network: network.nullable(),
    run: run.nullable(),
    tissues: tissues.nullable().optional(),
    warnings: z.array(warning).readonly(),
  })
  .readonly();

/** Schema of a `*.osteolens.json` file, version 1; docs/osteolens-results.schema.json is made from it. */
export const sessionFileSchema = z
  .strictObject({
    format: z.literal(SESSION_FORMAT),
    schemaVersion: z.literal(SESSION_SCHEMA_VERSION),
    statement: z.string().min(1).describe('The research-only statement; always written.'),
    appVersion: z.string().min(1),
    createdAt: z.iso.datetime().describe('UTC.'),
    savedAt: z.iso.datetime().describe('UTC.'),
    studyInstanceUid: z.string().nullable(),
    seriesInstanceUid: z.string().nullable().describe('Picks belong to this series only; null where the scan has none.'),
    acquisition: acquisition.describe('As the header says it.'),
    statedByReader: statedFacts.optional().describe('What the reader stated because the header is silent; the numbers were made with it.'),
    deviceId: z.string().nullable().describe('The DXA scale that the reader chose to see.'),
    levels: z.array(savedLevel).readonly(),
  })
  .readonly();

/** Which network the numbers came from; whatever else it holds counts as not said. */
const modelOfRun = z.object({ modelId: z.string().min(1).max(200), modelSha256: z.string().regex(/^[0-9a-f]{64}$/) }).readonly();

/** How its density was had; whatever else it holds counts as not said. */
const methodOfMeasurement = z.object({ density: z.object({ method: densityMethod }) }).readonly();

/**
 * What is read back: the picks, which network and which conversion the numbers came from, and what the reader stated. Numbers are always computed anew from the scan, so whatever else a file holds is not looked at, and a
 * script may leave it out.
 */
export const picksFileSchema = z
  .object({
    format: z.literal(SESSION_FORMAT),
    schemaVersion: z.literal(SESSION_SCHEMA_VERSION),
    seriesInstanceUid: z.string().nullable().default(null),
    /** A voltage without a slope would give no density; such a file is wrong. */
    statedByReader: z
      .object({ kvp: finite.min(80).max(140).nullable().default(null), contrast: z.boolean().nullable().default(null), ageYears: statedAge.nullable().default(null), sex: statedSex.nullable().default(null) })
      .readonly()
      .nullable()
      .default(null),
    levels: z.array(z.object({ level: vertebra, centreLps: pointLps, state: pickState.default('proposed'), nameCount: nameCount.optional(), editedRoi: cylinder.refine(isRegion, 'must have unit axes at right angles and a size that a vertebral body can hold').optional(), run: modelOfRun.nullable().catch(null), measurement: methodOfMeasurement.nullable().catch(null) })).readonly(),
  })
  .readonly();

export type SessionFile = z.infer<typeof sessionFileSchema>;
export type SavedLevel = z.infer<typeof savedLevel>;
