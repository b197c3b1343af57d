import { sampleRows, type Sheet } from '#src/core/spine/straightened-sheet.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';

/** What sampling may take of one task before the page gets its turn, ms. */
const TASK_BUDGET_MS = 8;
/** Rows between two looks at the clock, from one read of the scan: fewer would read the same voxels again for rows that stand aslant in it. */
const ROWS_AT_ONCE = 16;

export type Turns = { readonly now: () => number; readonly later: (task: () => void) => void };

/**
 * Samples a whole sheet, a few milliseconds at a time. In the page, not in a worker: the voxels are here, and copying them there would take longer
 * than the samples do.
 * @param isWanted false ends it: the volume is closed, or another sheet is wanted
 * @param onDone with columns · rows values in HU, columns fastest
 */
export function sampleInSteps(volume: VolumeSource, sheet: Sheet, isWanted: () => boolean, onDone: (valuesHu: Int16Array<ArrayBuffer>) => void, { now, later }: Turns): void {
  const values = new Int16Array(sheet.columns * sheet.rows);
  let row = 0;
  const go = (): void => {
    if (!isWanted()) return;
    const start = now();
    while (row < sheet.rows && now() - start < TASK_BUDGET_MS) {
      const next = Math.min(sheet.rows, row + ROWS_AT_ONCE);
      sampleRows(volume, sheet, row, next, values);
      row = next;
    }
    if (row < sheet.rows) later(go);
    // Whoever is told paints at once: in a task of its own, not on top of this one.
    else later(() => { if (isWanted()) onDone(values); });
  };
  later(go);
}
