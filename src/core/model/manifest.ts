import { z } from 'zod';
import { plainText } from '#src/lib/foreign-text.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { acquisitionFeatures, countColumns } from './acquisition-features.ts';
import { OUTPUT_NAMES, outputLength, patchSize, perPatchShape, type OutputName } from './shapes.ts';

/*
 * The manifest of a model folder, schema version 1 (docs/model-contract.md). Parsed once at the gate; everything
 * behind it trusts the type. Keys that the contract does not name are dropped.
 */

/** Free text for the screen, as whoever made the network wrote it. */
export const sentence = z.string().min(1).max(4000).overwrite(plainText);
const positive = z.number().positive();
const triple = <T extends z.ZodType>(item: T) => z.tuple([item, item, item]);

export const fileEntry = z.object({
  // A plain name: the file lies beside the manifest, and nothing else is ever fetched or read.
  name: z.string().regex(/^[\w][\w.-]*$/, 'must be a plain file name'),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
});

export const interpolation = z.object({
  method: z.literal('trilinear'),
  antialias: z.literal('box'),
  maxSubsamples: z.int().min(1).max(32),
});

const patchSpec = z.object({
  name: z.string().min(1),
  shape: z.tuple([z.literal('N'), z.literal(1), z.int().positive(), z.int().positive(), z.int().positive()]),
  spacingMm: triple(positive),
  axes: z.tuple([z.literal('inferior-to-superior'), z.literal('anterior-to-posterior'), z.literal('right-to-left')]),
  frame: z.literal('patient'),
  interpolation,
  outsideHu: z.number(),
  clipHu: z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, 'must be [low, high] with low below high'),
  meanHu: z.number(),
  stdHu: positive,
});

const output = z.object({ shape: z.tuple([z.literal('N')], z.int().positive()), unit: z.string() });

const youngAdultValue = z.object({ mean: positive, sd: positive });

const level = z.string().regex(/^(T1[0-2]|L[1-5])$/, 'must be one of T10 to T12 and L1 to L5');

const device = z.object({
  id: z.string().min(1),
  title: sentence,
  unit: z.enum(['g/cm2', 'mg/cm2']),
  youngAdult: youngAdultValue.extend({ byLevel: z.record(level, youngAdultValue), source: sentence }),
});

const split = z.string().min(1);

const calibration = z.object({
  temperature: z.object({ value: positive, split }),
  intervals: z.object({
    coverage: z.number().gt(0).lt(1),
    split,
    vbmd: positive,
    abmd: z.array(positive),
    osteoporosisLogit: z.array(positive),
  }),
  ood: z.object({ limit: z.number(), quantile: z.number().gt(0).lt(1), split }),
});

/** What moves the gates, measured on simulated test vertebrae; a network of which nobody measured it has none. */
const gating = z.object({
  vertebrae: z.int().positive(),
  experts: z.array(z.object({
    /** The fact that an expert is named after, null where it earned none. */
    name: z.string().min(1).max(40).overwrite(plainText).nullable(),
    /** Share of the variance of an expert's share that one fact explains (eta squared). */
    varianceExplained: z.record(z.string().min(1).max(40).overwrite(plainText), z.number().min(0).max(1)),
  })),
});

const numbers = z.array(z.number());

const golden = z.object({
  file: fileEntry,
  tolerance: positive,
  cases: z
    .array(
      z.object({
        name: z.string().min(1),
        acquisition: numbers,
        outputs: z.object({
          vbmd: numbers, abmd: numbers, classLogits: numbers, levelLogits: numbers, logVariance: numbers,
          gates: numbers, oodScore: numbers, cam: numbers,
        }),
      }),
    )
    .min(1),
});

const shapeOfManifest = z.object({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[\w][\w.-]*$/, 'must be a plain folder name'),
  version: sentence,
  title: sentence,
  licence: sentence,
  created: z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]),
  provenance: z.object({
    codeRevision: z.string(),
    config: z.unknown(),
    seeds: z.unknown(),
    data: z.object({ simulated: z.number().min(0), real: z.number().min(0), description: sentence }),
  }),
  intendedUse: sentence,
  warnings: z.array(sentence),
  file: fileEntry.extend({ opset: z.int().positive(), precision: z.enum(['float32', 'float16']) }),
  input: z.object({
    patch: patchSpec,
    acquisition: z.object({
      name: z.string().min(1),
      shape: z.tuple([z.literal('N'), z.int().positive()]),
      features: acquisitionFeatures,
    }),
  }),
  outputs: z.object({
    vbmd: output, abmd: output, classLogits: output, levelLogits: output, logVariance: output,
    gates: output, oodScore: output, cam: output,
  }),
  devices: z.array(device).min(1),
  levels: z.array(level).min(1),
  calibration,
  gating: gating.optional(),
  metrics: z.unknown(),
  golden,
});

export type ModelManifest = z.infer<typeof shapeOfManifest>;
/** What was measured of a network's gates. */
export type GatingFacts = z.infer<typeof gating>;
export type PatchSpec = ModelManifest['input']['patch'];
export type ManifestFile = z.infer<typeof fileEntry>;

type Complaint = { readonly path: readonly (string | number)[]; readonly reason: string };

function hasDuplicate(labels: readonly string[]): boolean {
  return new Set(labels).size < labels.length;
}

/** What the fields say of each other; the first contradiction is enough to refuse. */
function* findContradictions(manifest: ModelManifest): Generator<Complaint> {
  const devices = manifest.devices.length;
  if (hasDuplicate(manifest.devices.map((device) => device.id))) yield { path: ['devices'], reason: 'names an id twice' };
  if (hasDuplicate(manifest.levels)) yield { path: ['levels'], reason: 'names a level twice' };
  const columns = countColumns(manifest.input.acquisition.features);
  if (manifest.input.acquisition.shape[1] !== columns) {
    yield { path: ['input', 'acquisition', 'shape'], reason: `must be ["N", ${columns}], the columns of its features` };
  }

  // null stands for a size that only the network decides.
  const shapes: Record<OutputName, readonly (number | null)[]> = {
    vbmd: [], abmd: [devices], classLogits: [devices, 3], levelLogits: [manifest.levels.length],
    logVariance: [1 + 2 * devices], gates: [devices, null], oodScore: [], cam: [null, null, null],
  };
  for (const name of OUTPUT_NAMES) {
    const got = perPatchShape(manifest, name);
    const wanted = shapes[name];
    const agrees = got.length === wanted.length && wanted.every((size, axis) => size === null || size === got[axis]);
    if (!agrees) {
      const written = ['"N"', ...wanted.map((size) => size ?? 'any')].join(', ');
      yield { path: ['outputs', name, 'shape'], reason: `must be [${written}]` };
    }
  }
  for (const name of ['abmd', 'osteoporosisLogit'] as const) {
    if (manifest.calibration.intervals[name].length !== devices) {
      yield { path: ['calibration', 'intervals', name], reason: `must have ${devices} numbers, one for each device` };
    }
  }

  const experts = perPatchShape(manifest, 'gates')[1];
  if (manifest.gating !== undefined && manifest.gating.experts.length !== experts) {
    yield { path: ['gating', 'experts'], reason: `must have ${experts ?? 0} entries, one for each expert` };
  }

  const { golden } = manifest;
  const [d, h, w] = patchSize(manifest.input.patch);
  const goldenBytes = golden.cases.length * d * h * w * Int16Array.BYTES_PER_ELEMENT;
  if (golden.file.bytes !== goldenBytes) {
    yield { path: ['golden', 'file', 'bytes'], reason: `must be ${goldenBytes}, the size of ${golden.cases.length} patches` };
  }
  for (const [index, goldenCase] of golden.cases.entries()) {
    const path = ['golden', 'cases', index];
    if (goldenCase.acquisition.length !== columns) {
      yield { path: [...path, 'acquisition'], reason: `must have ${columns} numbers` };
    }
    for (const name of OUTPUT_NAMES) {
      const length = outputLength(manifest, name);
      if (goldenCase.outputs[name].length !== length) {
        yield { path: [...path, 'outputs', name], reason: `must have ${length} numbers` };
      }
    }
  }
}

export type ManifestProblem = {
  readonly code: 'manifest-invalid';
  /** Dotted path of the first bad field, "manifest" for the whole. */
  readonly field: string;
  readonly sentence: string;
};

function refuse(path: readonly PropertyKey[], reason: string): Result<never, ManifestProblem> {
  const field = path.length === 0 ? 'manifest' : path.map(String).join('.');
  const text = reason.endsWith('.') ? reason.slice(0, -1) : reason;
  return fail({ code: 'manifest-invalid', field, sentence: `The model was refused: its manifest field ${field} is wrong (${text}).` });
}

/** Parsed JSON of a manifest.json → manifest, or the first field that is wrong and why. */
export function parseManifest(json: unknown): Result<ModelManifest, ManifestProblem> {
  const parsed = shapeOfManifest.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(issue?.path ?? [], issue?.message ?? 'not a manifest');
  }
  for (const { path, reason } of findContradictions(parsed.data)) return refuse(path, reason);
  return ok(parsed.data);
}
