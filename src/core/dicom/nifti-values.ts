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
  let min = Infinity;
  let max = -Infinity;
  let isWhole = true;
  let missingVoxels = 0;
  let labels = 0;
  const seen = new Uint8Array(LARGEST_LABEL + 1);
  return {
    add(stored) {
      for (let n = 0; n < stored.length; n += 1) {
        const value = slope * (stored[n] ?? 0) + intercept;
        if (!Number.isFinite(value)) {
          missingVoxels += 1;
          continue;
        }
        if (value < min) min = value;
        if (value > max) max = value;
        if (!Number.isInteger(value)) isWhole = false;
        else if (value >= 0 && value <= LARGEST_LABEL && seen[value] === 0) {
          seen[value] = 1;
          labels += 1;
        }
      }
    },
    facts() {
      const isLabels = labels > 0 && isWhole && min >= 0 && max <= LARGEST_LABEL && labels <= MAX_LABELS;
      const kind = isLabels ? 'labels' : min <= DARK_HU && max >= BRIGHT_HU ? 'hu' : 'other';
      return { kind, isWhole, missingVoxels };
    },
  };
}
