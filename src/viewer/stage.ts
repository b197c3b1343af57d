import { Enums, eventTarget, RenderingEngine, type VolumeViewport } from '@cornerstonejs/core';
import { newInstance as newClipPlane, type vtkPlane } from '@kitware/vtk.js/Common/DataModel/Plane';
import { indexToWorld, stepVectors } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import { startCornerstone } from './cornerstone.ts';
import { PLANE_AXES, PLANES, type Plane } from './plane.ts';
import type { ProjectionInput } from './projection.ts';
import { makeRenderQueue } from './render-queue.ts';
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
  /** Draws in the next frame, or a few frames later where drawing is slow. */
  render(plane: Plane): void;
  /** Running mean of what drawing one plane takes, ms. */
  renderCostMs(): number;
  /**
   * Shows only slices `from` to `to` (k, inclusive) of the volume; null shows all. A slice that is not there yet is zeros
   * on the GPU, which would look like soft tissue.
   */
  clip(range: { readonly from: number; readonly to: number } | null): void;
  onContextLost(listener: () => void): void;
};

export function createStage(): Stage {
  const elements = new Map(PLANES.map((plane) => [plane, makeElement()]));
  const enabled = new Set<Plane>();
  let engine: RenderingEngine | null = null;
  let shown: { readonly volume: OpenVolume; window: DisplayWindow } | null = null;
  const clipPlanes = [newClipPlane(), newClipPlane()] as const;
  let isClipping = false;

  const elementOf = (plane: Plane): HTMLDivElement => {
    const element = elements.get(plane);
    if (element === undefined) throw new RangeError(`No plane ${plane}.`);
    return element;
  };
  const viewportOf = (plane: Plane): VolumeViewport | null =>
    engine !== null && enabled.has(plane) ? (engine.getViewport(plane) as VolumeViewport) : null;

  const queue = makeRenderQueue(
    (plane) => viewportOf(plane)?.render(),
    (callback) => requestAnimationFrame(callback),
    () => performance.now(),
  );
  let isDrawnAsked = false;
  const onRendered = (): void => {
    // Cornerstone says so once per plane, all at the end of its frame; the queue counts frames.
    if (isDrawnAsked) return;
    isDrawnAsked = true;
    queueMicrotask(() => {
      isDrawnAsked = false;
      queue.drawn();
    });
  };
  for (const element of elements.values()) element.addEventListener(Enums.Events.IMAGE_RENDERED, onRendered);

  const mapperOf = (plane: Plane): ClippingMapper | null => {
    const actor = viewportOf(plane)?.getDefaultActor()?.actor;
    return actor === undefined ? null : (actor.getMapper() as unknown as ClippingMapper);
  };
  const setClipping = (plane: Plane, isOn: boolean): void => {
    const mapper = mapperOf(plane);
    if (mapper === null) return;
    for (const clipPlane of clipPlanes) {
      const has = mapper.getClippingPlanes().includes(clipPlane);
      // Cornerstone keeps its own two planes, for the slice, in front of these.
      if (isOn && !has) mapper.addClippingPlane(clipPlane);
      if (!isOn && has) mapper.removeClippingPlane(clipPlane);
    }
  };

  const showOn = async (plane: Plane): Promise<void> => {
    const viewport = viewportOf(plane);
    if (viewport === null || shown === null) return;
    const { volume } = shown;
    const isCurrent = (): boolean => shown?.volume === volume;
    try {
      await viewport.setVolumes([{ volumeId: volume.id }]);
    } catch (error) {
      // Closed while Cornerstone was preparing it: the volume is gone from its cache.
      if (isCurrent()) throw error;
    }
    if (!isCurrent()) {
      viewport.removeAllActors();
      await showOn(plane);
      return;
    }
    applyWindow(viewport, shown.window);
    setClipping(plane, isClipping);
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
    render: (plane) => {
      if (viewportOf(plane) !== null) queue.ask(plane);
    },
    renderCostMs: queue.costMs,
    clip(range) {
      isClipping = range !== null;
      if (range !== null && shown !== null) placeClipPlanes(clipPlanes, shown.volume, range);
      for (const plane of PLANES) setClipping(plane, isClipping);
    },
    onContextLost: (listener) => eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, listener),
  };
}

/** The part of vtk's mapper that is used here; Cornerstone types an actor's mapper more loosely. */
type ClippingMapper = {
  getClippingPlanes(): vtkPlane[];
  addClippingPlane(plane: vtkPlane): boolean;
  removeClippingPlane(plane: vtkPlane): boolean;
};

/** Half a slice outside the outermost slices; a plane keeps what lies on the side of its normal. */
function placeClipPlanes(
  [first, last]: readonly [vtkPlane, vtkPlane],
  { grid }: OpenVolume,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const [, , [x, y, z]] = stepVectors(grid.indexToWorld);
  first.setNormal(x, y, z);
  const below = indexToWorld(grid.indexToWorld, voxelIndex(0, 0, from - 0.5));
  const above = indexToWorld(grid.indexToWorld, voxelIndex(0, 0, to + 0.5));
  first.setOrigin(below[0], below[1], below[2]);
  last.setNormal(-x, -y, -z);
  last.setOrigin(above[0], above[1], above[2]);
}

function makeElement(): HTMLDivElement {
  const element = document.createElement('div');
  element.style.cssText = 'position:absolute;inset:0;';
  return element;
}

function applyWindow(viewport: VolumeViewport, { center, width }: DisplayWindow): void {
  viewport.setProperties({ voiRange: { lower: center - width / 2, upper: center + width / 2 } });
}
