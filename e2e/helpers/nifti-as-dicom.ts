import { indexToWorld, invertAffine, spacingOf, stepVectors, worldToIndex } from '#src/core/geometry/affine.ts';
import { voxelIndex, worldPoint } from '#src/core/geometry/spaces.ts';
import { loadNifti } from '#src/testing/load-real-ct.ts';
import { writeSyntheticCt, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import type { MemoryFile } from './app.ts';

type Vector = readonly [number, number, number];

/** A NIfTI scan of shared/data as DICOM slices with its own grid and values, until OsteoLens reads NIfTI itself. */
export function niftiAsDicom(parts: readonly string[], header: Pick<SyntheticCt, 'kvp' | 'sliceThicknessMm' | 'seriesDescription'>): { readonly files: MemoryFile[]; readonly sizeVox: Vector; readonly spacingMm: Vector } {
  const volume = loadNifti(...parts);
  const inverse = invertAffine(volume.indexToWorld);
  const [ni, nj, nk] = volume.sizeVox;
  const spacingMm = spacingOf(volume.indexToWorld);
  const [alongI, alongJ, alongK] = stepVectors(volume.indexToWorld).map((step) => step.map((mm) => mm / Math.hypot(...step)) as unknown as Vector) as [Vector, Vector, Vector];
  const normal: Vector = [
    alongI[1] * alongJ[2] - alongI[2] * alongJ[1],
    alongI[2] * alongJ[0] - alongI[0] * alongJ[2],
    alongI[0] * alongJ[1] - alongI[1] * alongJ[0],
  ];
  // DICOM slices are written along the cross product; a left-handed grid starts from its last slice.
  const isRightHanded = normal[0] * alongK[0] + normal[1] * alongK[1] + normal[2] * alongK[2] > 0;
  const origin = indexToWorld(volume.indexToWorld, voxelIndex(0, 0, isRightHanded ? 0 : nk - 1));
  const uid = `1.2.826.0.1.3680043.10.1562.${parts.join('').length}.${ni}${nj}${nk}`;
  const slices = writeSyntheticCt({
    sizeVox: [ni, nj, nk],
    spacingMm,
    origin,
    directions: [alongI, alongJ],
    huAt: (x, y, z) => {
      const [i, j, k] = worldToIndex(inverse, worldPoint(x, y, z)).map(Math.round) as [number, number, number];
      return volume.valuesHu[(k * nj + j) * ni + i] ?? -1024;
    },
    studyInstanceUid: uid,
    seriesInstanceUid: `${uid}.1`,
    frameOfReferenceUid: `${uid}.9`,
    kernel: null,
    patientName: 'CONVERTED^FOR TEST',
    ...header,
  });
  return { files: slices.map(({ name, bytes }) => ({ name, mimeType: 'application/dicom', buffer: Buffer.from(bytes) })), sizeVox: volume.sizeVox, spacingMm };
}
