import { invertAffine, type Affine } from '#src/core/geometry/affine.ts';
import { makePaintFrames } from './paint-frames.ts';
import { PLANES, type Plane } from './plane.ts';
import { paintPlane, pixelGridOf } from './plane-picture.ts';
import type { ProjectionInput } from './projection.ts';
import type { PlaneElements, SliceRange, Stage } from './stage.ts';
import type { OpenVolume } from './volume.ts';
import type { DisplayWindow } from './window.ts';

/** Device pixels that are painted for a CSS pixel; a denser screen stretches the picture. */
const DENSEST = 1.5;

type Shown = { readonly volume: OpenVolume; readonly worldToIndex: Affine; window: DisplayWindow; clip: SliceRange | null };

/**
 * Draws with the processor, from the slices as they lie in main memory: for machines whose browser gives no WebGL or imitates it, which
 * costs a second copy of the volume and more time than drawing. Why not Cornerstone's own: docs/decisions/0012.
 */
export function createCanvasStage(elementOf: PlaneElements): Stage {
  const canvases = new Map(PLANES.map((plane) => [plane, makeCanvas(elementOf(plane))]));
  const cameras = new Map<Plane, ProjectionInput>();
  const waiting = new Map<Plane, (() => void)[]>();
  let shown: Shown | null = null;
  /** What each plane was painted with; a step through one plane moves only the crosshair in the others. */
  const painted = new Map<Plane, ProjectionInput>();

  const paint = (plane: Plane): void => {
    const canvas = canvases.get(plane);
    const camera = cameras.get(plane);
    if (canvas === undefined) return;
    if (shown === null || camera === undefined) canvas.empty();
    else if (!isSamePicture(painted.get(plane), camera)) {
      painted.set(plane, camera);
      const { volume, worldToIndex, window, clip } = shown;
      const whole = { from: 0, to: volume.grid.sizeVox[2] - 1 };
      const source = { sizeVox: volume.grid.sizeVox, sliceAt: volume.sliceAt, shown: clip ?? whole };
      canvas.paint((out, width, height) => paintPlane(source, pixelGridOf(camera, worldToIndex, width, height), window, out));
    }
  };
  const tell = (plane: Plane): void => {
    const listeners = waiting.get(plane) ?? [];
    waiting.delete(plane);
    for (const listener of listeners) listener();
  };
  const frames = makePaintFrames(paint, tell, (callback) => requestAnimationFrame(callback), () => performance.now());

  return {
    fitCanvas(plane) {
      painted.delete(plane);
      return Promise.resolve();
    },
    show(volume, window) {
      painted.clear();
      shown = { volume, worldToIndex: invertAffine(volume.grid.indexToWorld), window, clip: null };
      return Promise.resolve();
    },
    warmUp(empty) {
      empty.release();
      return Promise.resolve();
    },
    clear() {
      shown = null;
      cameras.clear();
      painted.clear();
      for (const canvas of canvases.values()) canvas.empty();
    },
    setCamera: (projection) => cameras.set(projection.plane, projection),
    setWindow(window) {
      painted.clear();
      if (shown !== null) shown.window = window;
    },
    render: frames.ask,
    onNextDrawn: (plane, listener) => waiting.set(plane, [...(waiting.get(plane) ?? []), listener]),
    renderCostMs: frames.costMs,
    clip(range) {
      painted.clear();
      if (shown !== null) shown.clip = range;
    },
    needs: () => ({ bytesPerVoxel: 0, longestSide: Infinity }),
  };
}

function isSamePicture(a: ProjectionInput | undefined, b: ProjectionInput): boolean {
  if (a === undefined || a.mmPerPixel !== b.mmPerPixel || a.size.width !== b.size.width || a.size.height !== b.size.height) return false;
  return a.centre.every((mm, axis) => mm === b.centre[axis]);
}

type PlaneCanvas = {
  readonly empty: () => void;
  /** Fits the canvas to its element and fills it. */
  readonly paint: (draw: (out: Uint32Array, width: number, height: number) => void) => void;
};

/** The only canvas of the element from then on. */
function makeCanvas(element: HTMLDivElement): PlaneCanvas {
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;background:#000;';
  element.replaceChildren(canvas);
  // In main memory, where the pixels are made.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let pixels: ImageData | null = null;
  return {
    empty: () => context?.clearRect(0, 0, canvas.width, canvas.height),
    paint(draw) {
      const density = Math.min(devicePixelRatio, DENSEST);
      const { width, height } = element.getBoundingClientRect();
      const [columns, rows] = [Math.round(width * density), Math.round(height * density)];
      if (context === null || columns === 0 || rows === 0) return;
      // With the painting, as a canvas that changes its size loses its picture.
      if (columns !== canvas.width || rows !== canvas.height) {
        canvas.width = columns;
        canvas.height = rows;
        pixels = null;
      }
      pixels ??= context.createImageData(columns, rows);
      draw(new Uint32Array(pixels.data.buffer), columns, rows);
      context.putImageData(pixels, 0, 0);
    },
  };
}
