import { Enums, eventTarget, RenderingEngine, type VolumeViewport } from '@cornerstonejs/core';
import { startCornerstone } from './cornerstone.ts';
import { PLANE_AXES, PLANES, type Plane } from './plane.ts';
import type { ProjectionInput } from './projection.ts';
import type { OpenVolume } from './volume.ts';
import type { DisplayWindow } from './window.ts';

/** Cornerstone does not draw into anything smaller. */
const MIN_SIZE_PIXELS = 2;
/** Any distance: the projection is parallel and Cornerstone clips a thin slab around the focal point. */
const CAMERA_DISTANCE_MM = 1000;

/**
 * One rendering engine with one canvas per plane, made once and kept for the life of the page: a canvas that is taken
 * out of the document and put back keeps its viewport, so StrictMode's double mounting and hidden panels cost nothing
 * and textures never meet a foreign WebGL context.
 */
export type Stage = {
  elementOf(plane: Plane): HTMLDivElement;
  /** Follows the element's present size; the viewport is made when the element first has one. */
  fitCanvas(plane: Plane): Promise<void>;
  show(volume: OpenVolume, window: DisplayWindow): Promise<void>;
  /** Empties the canvases and frees the volume's texture on the GPU. */
  clear(volume: OpenVolume): void;
  setCamera(projection: ProjectionInput): void;
  setWindow(window: DisplayWindow): void;
  render(plane: Plane): void;
  onContextLost(listener: () => void): void;
};

export function createStage(): Stage {
  const elements = new Map(PLANES.map((plane) => [plane, makeElement()]));
  const enabled = new Set<Plane>();
  let engine: RenderingEngine | null = null;
  let shown: { readonly volume: OpenVolume; window: DisplayWindow } | null = null;

  const elementOf = (plane: Plane): HTMLDivElement => {
    const element = elements.get(plane);
    if (element === undefined) throw new RangeError(`No plane ${plane}.`);
    return element;
  };
  const viewportOf = (plane: Plane): VolumeViewport | null =>
    engine !== null && enabled.has(plane) ? (engine.getViewport(plane) as VolumeViewport) : null;

  const showOn = async (plane: Plane): Promise<void> => {
    const viewport = viewportOf(plane);
    if (viewport === null || shown === null) return;
    await viewport.setVolumes([{ volumeId: shown.volume.id }]);
    if (shown !== null) applyWindow(viewport, shown.window);
  };

  const enable = async (plane: Plane, element: HTMLDivElement): Promise<void> => {
    if (!startCornerstone().canDraw) return;
    engine ??= new RenderingEngine('osteolens');
    const { towardsReader, up } = PLANE_AXES[plane];
    engine.enableElement({
      viewportId: plane,
      element,
      type: Enums.ViewportType.ORTHOGRAPHIC,
      defaultOptions: {
        background: [0, 0, 0],
        orientation: { viewPlaneNormal: [...towardsReader], viewUp: [...up] },
      },
    });
    enabled.add(plane);
    await showOn(plane);
  };

  return {
    elementOf,
    async fitCanvas(plane) {
      const element = elementOf(plane);
      if (element.clientWidth < MIN_SIZE_PIXELS || element.clientHeight < MIN_SIZE_PIXELS) return;
      if (enabled.has(plane)) engine?.resize(false, true);
      else await enable(plane, element);
    },
    async show(volume, window) {
      shown = { volume, window };
      await Promise.all(PLANES.map(showOn));
    },
    clear(volume) {
      shown = null;
      for (const plane of PLANES) {
        const viewport = viewportOf(plane);
        if (viewport === null) continue;
        viewport.removeAllActors();
        viewport.render();
        // Cornerstone's own destroy names no window, and vtk.js then leaves the texture on the GPU.
        const window = engine?.getOffscreenMultiRenderWindow(plane).getOpenGLRenderWindow();
        volume.texture.releaseGraphicsResources(window);
      }
    },
    setCamera(projection) {
      const viewport = viewportOf(projection.plane);
      if (viewport === null) return;
      const { towardsReader } = PLANE_AXES[projection.plane];
      const [x, y, z] = projection.centre;
      viewport.setCamera({
        focalPoint: [x, y, z],
        position: [
          x + towardsReader[0] * CAMERA_DISTANCE_MM,
          y + towardsReader[1] * CAMERA_DISTANCE_MM,
          z + towardsReader[2] * CAMERA_DISTANCE_MM,
        ],
        parallelScale: (projection.size.height / 2) * projection.mmPerPixel,
      });
    },
    setWindow(window) {
      if (shown === null) return;
      shown.window = window;
      for (const plane of PLANES) {
        const viewport = viewportOf(plane);
        if (viewport !== null) applyWindow(viewport, window);
      }
    },
    render: (plane) => viewportOf(plane)?.render(),
    onContextLost: (listener) => eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, listener),
  };
}

function makeElement(): HTMLDivElement {
  const element = document.createElement('div');
  element.style.cssText = 'position:absolute;inset:0;';
  return element;
}

function applyWindow(viewport: VolumeViewport, { center, width }: DisplayWindow): void {
  viewport.setProperties({ voiRange: { lower: center - width / 2, upper: center + width / 2 } });
}
