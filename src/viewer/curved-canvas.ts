import type { CurvedCanvas } from './curved-model.ts';
import { drawSlice } from './slice-picture.ts';
import type { DisplayWindow } from './window.ts';

/**
 * One sheet in grey, a canvas pixel a sample, laid and stretched by CSS: pan and zoom cost nothing, and the one WebGL context stays with the planes.
 * vtk's own mapper for curved sheets (ImageCPRMapper) makes a texture of one whole array: the scan would stand in memory twice more.
 * @param window as of the painting
 */
export function makeCurvedCanvas(window: () => DisplayWindow): CurvedCanvas & { readonly element: HTMLDivElement } {
  const element = document.createElement('div');
  element.style.cssText = 'position:absolute;inset:0;overflow:hidden;';
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'position:absolute;left:0;top:0;transform-origin:0 0;';
  return {
    element,
    paint({ sheet, valuesHu }) {
      drawSlice(valuesHu, sheet, window(), undefined, canvas);
      if (canvas.parentElement === null) element.append(canvas);
    },
    place({ columns, stepMm }, { size, centre, mmPerPixel }) {
      // The first sample lies in the middle of its pixel.
      const x = size.width / 2 - (((columns - 1) / 2 + 0.5) * stepMm + centre.rightMm) / mmPerPixel;
      const y = size.height / 2 - (0.5 * stepMm + centre.alongMm) / mmPerPixel;
      canvas.style.transform = `translate(${x}px, ${y}px) scale(${stepMm / mmPerPixel})`;
    },
    clear: () => canvas.remove(),
  };
}
