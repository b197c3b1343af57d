import type { SliceHeader } from './series.ts';
import { axesOf } from './slice-geometry.ts';

/** What can set the groups of one series apart, the plainest first; null where the header is silent. */
const ASPECTS: readonly ((header: SliceHeader) => string | null)[] = [
  (header) => (header.imageType.includes('LOCALIZER') ? 'localizer' : null),
  orientationWord,
  ({ columns, rows }) => (columns === null || rows === null ? null : `${columns} × ${rows} pixels`),
  ({ convolutionKernel }) => (convolutionKernel === null ? null : `kernel ${convolutionKernel}`),
  ({ sliceThickness }) => (sliceThickness === null ? null : `${Number(sliceThickness.toFixed(2))} mm thick`),
  ({ kvp }) => (kvp === null ? null : `${kvp} kVp`),
  ({ phase }) => (phase === undefined ? null : `phase ${phase}`),
  ({ contrastBolusAgent }) => (contrastBolusAgent === null ? null : 'with contrast'),
  ({ pixelSpacing }) => (pixelSpacing === null ? null : `${pixelSpacing.map((mm) => Number(mm.toFixed(3))).join(' × ')} mm pixels`),
  ({ imageType }) => (imageType.length === 0 ? null : imageType.join(' ').toLowerCase()),
  ({ acquisitionNumber }) => (acquisitionNumber === null ? null : `acquisition ${acquisitionNumber}`),
];

/**
 * One label a group, by the fewest aspects that make them all different; aspects that differ but do not suffice are joined. Groups
 * that the header does not tell apart share a label, or have none.
 */
export function labelGroups(groups: readonly (readonly SliceHeader[])[]): readonly (string | null)[] {
  if (groups.length < 2) return groups.map(() => null);
  let labels: readonly (readonly string[])[] = groups.map(() => []);
  for (const aspect of ASPECTS) {
    const words = groups.map((slices) => sharedWord(slices, aspect));
    const joined = labels.map((label, n) => [...label, ...(words[n] === null || words[n] === undefined ? [] : [words[n]])]);
    if (countDistinct(joined) > countDistinct(labels)) labels = joined;
  }
  return labels.map((label) => (label.length === 0 ? null : label.join(', ')));
}

function sharedWord(slices: readonly SliceHeader[], aspect: (header: SliceHeader) => string | null): string | null {
  const words = new Set(slices.map(aspect));
  const [word = null] = words;
  return words.size === 1 ? word : null;
}

function countDistinct(labels: readonly (readonly string[])[]): number {
  return new Set(labels.map((label) => label.join('\n'))).size;
}

const PLANE_WORDS = ['sagittal', 'coronal', 'axial'] as const;

/** By the patient axis that is nearest to the slice normal. */
function orientationWord(header: SliceHeader): string | null {
  const normal = axesOf(header)?.normal.map(Math.abs);
  return normal === undefined ? null : (PLANE_WORDS[normal.indexOf(Math.max(...normal))] ?? null);
}
