import type { SliceHeader } from '#src/core/dicom/series.ts';
import type { HuSlice } from './hu-slice.ts';
import { greyOf, type DisplayWindow } from './window.ts';

const NO_FLIPS = { across: false, down: false };

/**
 * One slice in grey on a canvas of its own or a given one, one canvas pixel a voxel; stretch it by the pixel spacing where it is shown. In main memory:
 * reading a canvas back from the graphics card waits for all that is drawn there. Null where the browser gives no canvas.
 */
export function drawSlice(
  values: HuSlice,
  { columns, rows }: Pick<SliceHeader, 'columns' | 'rows'>,
  window: DisplayWindow,
  flips: { readonly across: boolean; readonly down: boolean } = NO_FLIPS,
  canvas: HTMLCanvasElement = document.createElement('canvas'),
): HTMLCanvasElement | null {
  canvas.width = columns ?? 0;
  canvas.height = rows ?? 0;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null || canvas.width === 0 || canvas.height === 0) return null;
  const pixels = context.createImageData(canvas.width, canvas.height);
  const { data } = pixels;
  let at = 0;
  for (let j = 0; j < canvas.height; j += 1) {
    const row = (flips.down ? canvas.height - 1 - j : j) * canvas.width;
    for (let i = 0; i < canvas.width; i += 1) {
      const grey = greyOf(values[row + (flips.across ? canvas.width - 1 - i : i)] ?? 0, window);
      data[at] = grey;
      data[at + 1] = grey;
      data[at + 2] = grey;
      data[at + 3] = 255;
      at += 4;
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
