/** Known vertebrae of the real CTs: shared/data/reference.json. */
import { readFileSync } from 'node:fs';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import type { EllipticalCylinder } from '#src/core/geometry/elliptical-cylinder.ts';
import { loadDicomFolder, loadNifti, testDataPath } from './load-real-ct.ts';
import type { ArrayVolume } from './synthetic-volume.ts';

export const REFERENCE_CTS = ['lidc-0314-chest', 'ts-example', 'tptbox-l3'] as const;
export type ReferenceCt = (typeof REFERENCE_CTS)[number];

export type ReferenceLevel = { readonly level: string; readonly centre: WorldPoint; readonly hu: number | null; readonly sd: number | null };

type ReferenceJson = Record<ReferenceCt, { levels: Record<string, { centre: [number, number, number]; hu?: number; sd?: number }> }>;

export function referenceLevels(name: ReferenceCt): readonly ReferenceLevel[] {
  const json = JSON.parse(readFileSync(testDataPath('reference.json'), 'utf8')) as ReferenceJson;
  return Object.entries(json[name].levels).map(([level, { centre, hu, sd }]) => ({ level, centre: worldPoint(...centre), hu: hu ?? null, sd: sd ?? null }));
}

/** The regions that each of six readers placed by eye in a level of referenceLevels, having seen neither the app's nor each other's, in their order: hand-placed-regions.json. */
export function handPlacedRegions(name: ReferenceCt, level: string): readonly EllipticalCylinder[] {
  const json = JSON.parse(readFileSync(new URL('hand-placed-regions.json', import.meta.url), 'utf8')) as { readonly readers: readonly Record<ReferenceCt, Record<string, EllipticalCylinder>>[] };
  return json.readers.map((reader) => {
    const region = reader[name][level];
    if (region === undefined) throw new Error(`A reader placed no region in ${name} ${level}.`);
    return region;
  });
}

export function loadReferenceCt(name: ReferenceCt): ArrayVolume {
  switch (name) {
    case 'lidc-0314-chest':
      return loadDicomFolder('ct', name);
    case 'ts-example':
      return loadNifti('ct', name, 'ct.nii.gz');
    case 'tptbox-l3':
      return loadNifti('ct', name, 'sub-ct_label-22_ct.nii.gz');
  }
}
