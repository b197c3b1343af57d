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
  const share = (valueHu - window.center) / window.width + 0.5;
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}
