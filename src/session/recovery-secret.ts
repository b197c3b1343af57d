import type { Series } from '#src/core/dicom/series.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';

/**
 * What a series alone says of itself, however it is opened: its UIDs, or where it has none the voxels of its middle slice.
 * @param volume the open voxels of the series; null where it is not shown
 * @returns null where nothing tells the series from others: without a UID and not shown
 */
export async function secretOf({ studyInstanceUid, seriesInstanceUid }: Series, volume: VolumeSource | null): Promise<string | null> {
  if (seriesInstanceUid) return JSON.stringify(['uids', studyInstanceUid, seriesInstanceUid]);
  if (volume === null) return null;
  const [columns, rows, slices] = volume.sizeVox;
  const middle = Math.floor(slices / 2);
  const { valuesHu } = volume.readBlock({ min: [0, 0, middle], max: [columns, rows, middle + 1] });
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', valuesHu));
  return JSON.stringify(['voxels', volume.sizeVox, volume.indexToWorld, [...digest]]);
}
