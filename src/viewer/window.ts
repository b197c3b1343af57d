/** Display window, HU: `center - width / 2` is black, `center + width / 2` is white. Width is at least 1. */
export type DisplayWindow = { readonly center: number; readonly width: number };

export type WindowPreset = DisplayWindow & { readonly id: string; readonly title: string };

/** Common workstation presets; display only, no number depends on them. */
export const WINDOW_PRESETS: readonly WindowPreset[] = [
  { id: 'bone', title: 'Bone', center: 400, width: 1800 },
  { id: 'soft-tissue', title: 'Soft tissue', center: 40, width: 400 },
  { id: 'spine', title: 'Spine', center: 250, width: 1000 },
];

export const SOFT_TISSUE_WINDOW: DisplayWindow = { center: 40, width: 400 };
export const BONE_WINDOW: DisplayWindow = { center: 400, width: 1800 };

/** Grey from 0 (black) to 255 (white). */
export function greyOf(valueHu: number, window: DisplayWindow): number {
  const { slope, intercept } = greyLine(window);
  return Math.round(Math.min(255, Math.max(0, slope * valueHu + intercept)));
}

/** The same before it is cut and rounded, `slope · HU + intercept`: for loops over many values. */
export function greyLine({ center, width }: DisplayWindow): { readonly slope: number; readonly intercept: number } {
  const slope = 255 / width;
  return { slope, intercept: 127.5 - center * slope };
}
