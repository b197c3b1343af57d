import type { Series, SeriesProblem } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { decodeSlice } from './decode-slice.ts';
import { straighten } from './straighten.ts';
import { makeSliceFiles } from './slice-files.ts';
import type { OpenVolume } from './volume.ts';

export type LoadOptions = {
  readonly signal: AbortSignal;
  /** Slices decoded so far, of all. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
};

/** From the middle outwards: what the planes show first is there first. */
export function loadOrder(count: number): readonly number[] {
  const middle = Math.floor(count / 2);
  return Array.from({ length: count }, (_none, n) => n).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
}

export const ABORTED: SeriesProblem = { code: 'open-aborted', effect: 'refuse', sentence: 'Opening the series was stopped.' };

/**
 * Fills the volume. Ends at the first slice that cannot be read, with a problem that names its file, and at an abort;
 * decodes under way then run out and are dropped. The caller releases the volume.
 * @param lanes files read and decoded at the same time
 */
export async function loadSlices(
  series: Series,
  volume: OpenVolume,
  lanes: number,
  blobOf: (fileId: number) => Blob,
  { signal, onProgress }: LoadOptions,
): Promise<Result<void, SeriesProblem>> {
  const files = makeSliceFiles(series.slices, blobOf);
  const queue = [...loadOrder(series.slices.length)];
  const total = queue.length;
  let done = 0;
  let problem: SeriesProblem | null = null;

  const runLane = async (): Promise<void> => {
    for (let k = queue.shift(); k !== undefined && problem === null && !signal.aborted; k = queue.shift()) {
      const slice = series.slices[k];
      if (slice === undefined) return;
      const file = await files.open(slice);
      const values = file.ok ? await decodeSlice(volume.imageIdOf(k), file.value, slice, volume.type) : file;
      files.release(slice);
      if (signal.aborted || problem !== null) return;
      if (!values.ok) {
        problem = unreadable(slice.fileName, values.error);
        return;
      }
      volume.putSlice(k, straighten(values.value, k, volume.grid));
      done += 1;
      onProgress({ done, total });
    }
  };
  const lanesDone = Promise.all(Array.from({ length: Math.min(lanes, total) }, runLane));
  // A decode that never comes back must not keep the caller from stopping.
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([lanesDone, aborted]);
  if (signal.aborted) return fail(ABORTED);
  return problem === null ? ok(undefined) : fail(problem);
}

function unreadable(fileName: string, reason: string): SeriesProblem {
  const sentence = `The series was not opened, because ${fileName} cannot be read: ${reason}.`;
  return { code: 'slice-unreadable', effect: 'refuse', sentence };
}
