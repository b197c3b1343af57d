import type { UnreadableSlice } from '#src/core/dicom/leave-out-slices.ts';
import type { Series, SeriesProblem, SliceHeader } from '#src/core/dicom/series.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { decodeSlice } from './decode-slice.ts';
import type { HuSlice } from './hu-slice.ts';
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

/** `unreadable` names the slices without which the series could be opened; absent where nothing of it can be. */
export type LoadProblem = SeriesProblem & { readonly unreadable?: readonly UnreadableSlice[] };

/** With more slices than this that cannot be decoded, the fault is the series', not the slices'. */
const MAX_UNREADABLE = 3;
const MAX_UNREADABLE_SHARE = 0.1;

/**
 * Fills the volume. Slices that cannot be decoded are collected, so that the series can be opened without them: nothing is painted in
 * their place. Ends early with too many of them, and at an abort; decodes under way then run out and are dropped. The caller releases
 * the volume.
 * @param lanes files read and decoded at the same time
 */
export async function loadSlices(
  series: Series,
  volume: OpenVolume,
  lanes: number,
  blobOf: (fileId: number) => Blob,
  { signal, onProgress }: LoadOptions,
): Promise<Result<void, LoadProblem>> {
  const files = makeSliceFiles(series.slices, blobOf);
  const queue = [...loadOrder(series.slices.length)];
  const total = queue.length;
  let done = 0;
  const unreadable: UnreadableSlice[] = [];
  const most = Math.max(MAX_UNREADABLE, Math.floor(MAX_UNREADABLE_SHARE * total));
  let problem: LoadProblem | null = null;

  const decode = async (slice: SliceHeader, k: number): Promise<Result<HuSlice, string>> => {
    const file = await files.open(slice);
    const values = file.ok ? await decodeSlice(volume.imageIdOf(k), file.value, slice, volume.type) : file;
    return values.ok ? ok(straighten(values.value, k, volume.grid)) : values;
  };
  const runLane = async (): Promise<void> => {
    for (let k = queue.shift(); k !== undefined && problem === null && !signal.aborted; k = queue.shift()) {
      const slice = series.slices[k];
      if (slice === undefined) return;
      const values = await decode(slice, k).catch(noMemory);
      files.release(slice);
      if (signal.aborted || problem !== null) return;
      if (values === null) {
        problem = TOO_LARGE;
        return;
      }
      if (!values.ok) {
        unreadable.push({ slice, reason: values.error });
        if (unreadable.length > most) problem = notOpened(unreadable);
        continue;
      }
      volume.putSlice(k, values.value);
      if (volume.isOutOfMemory()) problem = TOO_LARGE;
      done += 1;
      onProgress({ done, total });
    }
  };
  const loadAll = async (): Promise<void> => {
    await Promise.all(Array.from({ length: Math.min(lanes, total) }, runLane));
    await volume.uploaded();
    if (volume.isOutOfMemory()) problem = TOO_LARGE;
  };
  // A decode that never comes back must not keep the caller from stopping.
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([loadAll(), aborted]);
  if (signal.aborted) return fail(ABORTED);
  if (problem !== null) return fail(problem);
  return unreadable.length === 0 ? ok(undefined) : fail({ ...notOpened(unreadable), unreadable });
}

const TOO_LARGE: SeriesProblem = {
  code: 'volume-too-large',
  effect: 'refuse',
  sentence: 'The series was not opened, because the browser has no more memory for it; close other programs, or open a part of it.',
};

/** Null for a failed allocation; anything else is a bug and goes on. */
function noMemory(error: unknown): null {
  // "Array buffer allocation failed" in Chromium and Safari, "out of memory" in Firefox: there is no type for it.
  if (error instanceof Error && /allocat|out of memory/i.test(error.message)) return null;
  throw error;
}

function notOpened(unreadable: readonly UnreadableSlice[]): SeriesProblem {
  const [first] = unreadable;
  const more = unreadable.length > 1 ? `, as ${unreadable.length - 1} more` : '';
  const sentence = `The series was not opened, because ${first === undefined ? 'a slice' : quotable(first.slice.fileName)} cannot be read${more}: ${first?.reason ?? ''}; get the series again.`;
  return { code: 'slice-unreadable', effect: 'refuse', sentence };
}
