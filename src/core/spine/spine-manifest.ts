import { z } from 'zod';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { isVertebraName, type VertebraName } from '../levels/vertebra-name.ts';
import { fileEntry, interpolation, sentence, type ManifestProblem } from '../model/manifest.ts';

/* The manifest of the spine network, schema version 1 (docs/model-contract.md, "The spine network"). */

const numbers = z.array(z.number());
const threePositive = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);
const name = z.custom<VertebraName>((value) => typeof value === 'string' && isVertebraName(value), 'must be a vertebra from T1 to S1');

const shapeOfManifest = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('spine'),
  id: z.string().regex(/^[\w][\w.-]*$/, 'must be a plain folder name'),
  version: sentence,
  title: sentence,
  warnings: z.array(sentence),
  file: fileEntry.extend({ opset: z.int().positive(), precision: z.literal('float32') }),
  input: z.object({
    volume: z.object({
      name: sentence,
      shape: z.tuple([z.literal(1), z.literal(1), z.literal('D'), z.literal('H'), z.literal('W')]),
      multipleOf: z.int().positive(),
      spacingMm: threePositive,
      axes: z.tuple([z.literal('inferior-to-superior'), z.literal('anterior-to-posterior'), z.literal('right-to-left')]),
      frame: z.literal('patient'),
      interpolation,
      outsideHu: z.number(),
      clipHu: z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, 'must be [low, high] with low below high'),
      meanHu: z.number(),
      stdHu: z.number().positive(),
    }),
  }),
  outputs: z.object({
    heatmap: z.object({ shape: z.tuple([z.literal(1), z.literal(1), z.literal('D'), z.literal('H'), z.literal('W')]), unit: z.literal('logit') }),
    /** One cell for `stride` cells of the volume along each axis. */
    levels: z.object({ shape: z.tuple([z.literal(1), z.int().positive()], z.string()), stride: z.int().positive(), unit: z.literal('logit') }),
  }),
  levels: z.array(name).min(2),
  golden: z.object({
    file: fileEntry,
    tolerance: z.number().positive(),
    cases: z.array(z.object({
      name: sentence,
      shape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
      outputs: z.object({ heatmap: numbers, levels: numbers }),
    })).min(1),
  }),
});

export type SpineManifest = z.infer<typeof shapeOfManifest>;
export type SpineVolumeSpec = SpineManifest['input']['volume'];

function refuse(path: readonly PropertyKey[], reason: string): Result<never, ManifestProblem> {
  const field = path.length === 0 ? 'manifest' : path.map(String).join('.');
  return fail({ code: 'manifest-invalid', field, sentence: `The spine network was refused: its manifest field ${field} is wrong (${reason.replace(/\.$/, '')}).` });
}

/** Parsed JSON of a manifest.json → manifest, or the first field that is wrong and why. */
export function parseSpineManifest(json: unknown): Result<SpineManifest, ManifestProblem> {
  const parsed = shapeOfManifest.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(issue?.path ?? [], issue?.message ?? 'not a manifest');
  }
  const { levels, input, outputs: { levels: { shape, stride } }, golden } = parsed.data;
  if (new Set(levels).size < levels.length) return refuse(['levels'], 'names a vertebra twice');
  if (shape[1] !== levels.length) return refuse(['outputs', 'levels', 'shape'], `must have ${levels.length} channels, one for each name`);
  if (input.volume.multipleOf % stride !== 0) return refuse(['outputs', 'levels', 'stride'], `must divide ${input.volume.multipleOf}`);
  const cells = golden.cases.map(({ shape: [d, h, w] }) => d * h * w).reduce((sum, count) => sum + count, 0);
  if (golden.file.bytes !== cells * Int16Array.BYTES_PER_ELEMENT) return refuse(['golden', 'file', 'bytes'], `must be ${cells * Int16Array.BYTES_PER_ELEMENT}, the size of its volumes`);
  return ok(parsed.data);
}
