import { z } from 'zod';

/* The manifest's `input.acquisition.features`, version 1: kvp, sliceThicknessMm, kernelClass, contrast, in this order. */

const numberFeature = <Name extends string>(name: Name) =>
  z
    .object({
      name: z.literal(name),
      kind: z.literal('number'),
      centre: z.number(),
      scale: z.number().positive(),
      min: z.number(),
      max: z.number(),
    })
    .refine(({ min, max }) => min < max, { message: 'min must be below max', path: ['min'] });

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern).source !== '';
  } catch {
    return false;
  }
}

const categories = z
  .array(z.string().min(1))
  .refine((values) => values.includes('unknown'), 'must contain "unknown"')
  .refine((values) => new Set(values).size === values.length, 'names a value twice');

const kernelFeature = z
  .object({
    name: z.literal('kernelClass'),
    kind: z.literal('category'),
    values: categories,
    patterns: z.array(
      z.object({ match: z.string().min(1).refine(compiles, 'must be a regular expression'), value: z.string() }),
    ),
  })
  .refine(({ values, patterns }) => patterns.every(({ value }) => values.includes(value)), {
    message: 'gives a value that is not in values',
    path: ['patterns'],
  });

const contrastFeature = z.object({
  name: z.literal('contrast'),
  kind: z.literal('category'),
  values: categories.refine((values) => values.includes('yes') && values.includes('no'), 'must contain "yes" and "no"'),
});

export const acquisitionFeatures = z.tuple([
  numberFeature('kvp'),
  numberFeature('sliceThicknessMm'),
  kernelFeature,
  contrastFeature,
]);

export type AcquisitionFeatures = z.infer<typeof acquisitionFeatures>;
export type AcquisitionFeature = AcquisitionFeatures[number];

/** Length K of the acquisition vector: two columns for a number, one for each value of a category. */
export function countColumns(features: AcquisitionFeatures): number {
  return features.reduce((sum, feature) => sum + (feature.kind === 'number' ? 2 : feature.values.length), 0);
}
