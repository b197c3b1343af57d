import type { RawValues } from './raw-pixels.ts';

/** What the values of a volume are, as far as they tell. */
export type ValueKind = 'hu' | 'labels' | 'other';

export type ValueFacts = {
  readonly kind: ValueKind;
  readonly isWhole: boolean;
  readonly missingVoxels: number;
};

export type ValueInspector = {
  /** Takes the next values, stored as in the file. */
  readonly add: (stored: RawValues) => void;
  readonly facts: () => ValueFacts;
};

// Fat is about −100 HU and air −1000; cortical bone and most trabecular bone of the young are above 150 (domain.md, 1). Every CT of a
// trunk holds both; pictures normalised to 0 to 1 or 0 to 255, MR, PET, and CT stored without its offset of −1024 do not.
const DARK_HU = -50;
const BRIGHT_HU = 150;
/** TotalSegmentator names 117 structures; a picture in 256 greys uses nearly all of them. */
const MAX_LABELS = 128;
const LARGEST_LABEL = 65535;

/** Looks at every value once, after the rescale: HU, a label mask, or something else. NaN and infinities count as missing. */
export function inspectValues(slope: number, intercept: number): ValueInspector {
  // Of stored values: the rescale keeps their order, or turns it round.
  let min = Infinity;
  let max = -Infinity;
  let missingVoxels = 0;
  let isWhole = true;
  let labels = 0;
  const seen = new Uint8Array(LARGEST_LABEL + 1);
  const keepsWhole = Number.isInteger(slope) && Number.isInteger(intercept);

  // Three short loops, two of which a CT soon leaves: one loop with all questions takes several times as long.
  function addBounds(stored: RawValues): void {
    for (let n = 0; n < stored.length; n += 1) {
      const value = stored[n] ?? 0;
      if (!(Math.abs(value) < Infinity)) missingVoxels += 1;
      else {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }

  function isAllWhole(stored: RawValues): boolean {
    if (keepsWhole && !(stored instanceof Float32Array || stored instanceof Float64Array)) return true;
    for (let n = 0; n < stored.length; n += 1) {
      const value = slope * (stored[n] ?? 0) + intercept;
      if (!Number.isInteger(value) && Number.isFinite(value)) return false;
    }
    return true;
  }

  function addLabels(stored: RawValues): void {
    for (let n = 0; n < stored.length && labels <= MAX_LABELS; n += 1) {
      const value = slope * (stored[n] ?? 0) + intercept;
      if (value >= 0 && value <= LARGEST_LABEL && seen[value] === 0) {
        seen[value] = 1;
        labels += 1;
      }
    }
  }

  return {
    add(stored) {
      addBounds(stored);
      isWhole &&= isAllWhole(stored);
      if (isWhole) addLabels(stored);
    },
    facts() {
      const [low, high] = slope < 0 ? [max, min] : [min, max];
      const [minHu, maxHu] = [slope * low + intercept, slope * high + intercept];
      const isLabels = labels > 0 && isWhole && minHu >= 0 && maxHu <= LARGEST_LABEL && labels <= MAX_LABELS;
      const kind = isLabels ? 'labels' : minHu <= DARK_HU && maxHu >= BRIGHT_HU ? 'hu' : 'other';
      return { kind, isWhole, missingVoxels };
    },
  };
}
