import { Enums, eventTarget, RenderingEngine, type VolumeViewport } from '@cornerstonejs/core';
import { newInstance as newClipPlane, type vtkPlane } from '@kitware/vtk.js/Common/DataModel/Plane';
import { indexToWorld, stepVectors } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import { PLANE_AXES, PLANES, type Plane } from './plane.ts';
import { makeRenderQueue } from './render-queue.ts';
import type { PlaneElements, SliceRange, Stage } from './stage.ts';
import type { OpenVolume } from './volume.ts';
import type { DisplayWindow } from './window.ts';

/** Cornerstone does not draw into anything smaller. */
const MIN_SIZE_PIXELS = 2;
/** Any distance: the projection is parallel and Cornerstone clips a thin slab around the focal point. */
const CAMERA_DISTANCE_MM = 1000;
/** Whole and a half, so that rounding up gives the same number for every volume. */
const SAMPLES_PER_RAY = 999.5;
/** 16-bit floats (slice-texture.ts). */
const TEXTURE_BYTES = 2;
/** The least that WebGL 2 demands is 256; every desktop gives at least this. */
const USUAL_TEXTURE_SIDE = 2048;
const WARM_UP_PLANE: Plane = 'axial';
/** Zeros are black in it. */
const BLACK_WINDOW: DisplayWindow = { center: 3000, width: 100 };

/**
 * Draws with WebGL: one rendering engine with one canvas per plane, made once and kept for the life of the page, so that textures never meet a
 * foreign WebGL context.
 */
export type CardStage = Stage & {
  /** Nothing is drawn from then on, until `restore`. */
  onContextLost(listener: () => void): void;
  /** Draws with a new context what was shown when the last one was lost. False where the browser gives none. */
  restore(): Promise<boolean>;
};

export function createCardStage(elementOf: PlaneElements): CardStage {
  const enabled = new Set<Plane>();
  let engine: RenderingEngine | null = null;
  let shown: { readonly volume: OpenVolume; window: DisplayWindow } | null = null;
  const clipPlanes = [newClipPlane(), newClipPlane()] as const;
  // Planes that were drawn when the context was lost; null while there is one.
  let lost: readonly Plane[] | null = null;

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
  for (const plane of PLANES) elementOf(plane).addEventListener(Enums.Events.IMAGE_RENDERED, onRendered);

  /**
   * Two things are the same for every volume, so that one compiled shader draws them all: the number of clipping planes and that of
   * samples along a ray, which vtk writes into its source. A plane is one sample thick, so the distance of samples draws nothing.
   */
  const prepareMapper = (viewport: VolumeViewport): void => {
    const actor = viewport.getDefaultActor()?.actor;
    if (actor === undefined) return;
    const mapper = actor.getMapper() as unknown as VolumeMapper;
    // Cornerstone keeps its own two planes, for the slice, in front of these.
    for (const clipPlane of clipPlanes) mapper.addClippingPlane(clipPlane);
    const [x0, x1, y0, y1, z0, z1] = mapper.getBounds();
    mapper.setSampleDistance(Math.hypot(x1 - x0, y1 - y0, z1 - z0) / SAMPLES_PER_RAY);
  };

  const showOn = async (plane: Plane): Promise<void> => {
    const viewport = viewportOf(plane);
    if (viewport === null || shown === null) return;
    const { volume } = shown;
    const isCurrent = (): boolean => shown?.volume === volume;
    try {
      await viewport.setVolumes([{ volumeId: volume.id }]);
    } catch (error) {
      // Closed while Cornerstone was preparing it: the volume is gone from its cache. Or the context was lost.
      if (isCurrent() && viewportOf(plane) === viewport) throw error;
    }
    if (viewportOf(plane) !== viewport) return;
    if (!isCurrent()) {
      viewport.removeAllActors();
      await showOn(plane);
      return;
    }
    applyWindow(viewport, shown.window);
    prepareMapper(viewport);
  };

  const enable = async (plane: Plane, element: HTMLDivElement): Promise<void> => {
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

  // Cornerstone's own destroy names no window, and vtk.js then leaves the texture on the GPU.
  const releaseTexture = (plane: Plane, volume: OpenVolume): void =>
    volume.texture.releaseGraphicsResources(engine?.getOffscreenMultiRenderWindow(plane).getOpenGLRenderWindow());
  const removeFrom = (plane: Plane, viewport: VolumeViewport, volume: OpenVolume): void => {
    viewport.removeAllActors();
    viewport.render();
    releaseTexture(plane, volume);
  };

  /** The engine goes with its context: drawing into a lost one throws, and vtk.js does not find its way back into a restored one. */
  const dropContext = (planes: readonly Plane[]): void => {
    if (lost !== null) return;
    lost = planes;
    try {
      if (shown !== null) for (const plane of lost) releaseTexture(plane, shown.volume);
      engine?.destroy();
    } catch {
      // What cannot be freed is gone already.
    }
    engine = null;
    enabled.clear();
    queue.forget();
  };

  return {
    async fitCanvas(plane) {
      if (lost !== null) {
        lost = [...new Set([...lost, plane])];
        return;
      }
      const element = elementOf(plane);
      if (element.clientWidth < MIN_SIZE_PIXELS || element.clientHeight < MIN_SIZE_PIXELS) return;
      if (enabled.has(plane)) engine?.resize(false, true);
      else await enable(plane, element);
    },
    async show(volume, window) {
      shown = { volume, window };
      await Promise.all(PLANES.map(showOn));
    },
    async warmUp(empty) {
      const viewport = viewportOf(WARM_UP_PLANE);
      if (viewport !== null) {
        await viewport.setVolumes([{ volumeId: empty.id }]);
        applyWindow(viewport, BLACK_WINDOW);
        prepareMapper(viewport);
        viewport.render();
        await new Promise((resolve) => { requestAnimationFrame(resolve); });
        removeFrom(WARM_UP_PLANE, viewport, empty);
        // A series that was opened meanwhile lost its place to the empty volume.
        await showOn(WARM_UP_PLANE);
      }
      empty.release();
    },
    clear(volume) {
      shown = null;
      for (const plane of PLANES) {
        const viewport = viewportOf(plane);
        if (viewport !== null) removeFrom(plane, viewport, volume);
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
    onNextDrawn: (plane, listener) => elementOf(plane).addEventListener(Enums.Events.IMAGE_RENDERED, listener, { once: true }),
    renderCostMs: queue.costMs,
    clip(range) {
      if (shown === null) return;
      const { volume } = shown;
      const beyond = volume.grid.sizeVox[2];
      placeClipPlanes(clipPlanes, volume, range ?? { from: -beyond, to: 2 * beyond });
    },
    needs() {
      const gl = enabled.has(WARM_UP_PLANE) ? engine?.getOffscreenMultiRenderWindow(WARM_UP_PLANE).getOpenGLRenderWindow().get3DContext() : null;
      const longestSide = gl instanceof WebGL2RenderingContext ? Number(gl.getParameter(gl.MAX_3D_TEXTURE_SIZE)) : USUAL_TEXTURE_SIDE;
      return { bytesPerVoxel: TEXTURE_BYTES, longestSide };
    },
    onContextLost: (listener) =>
      eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, () => {
        dropContext([...enabled]);
        listener();
      }),
    async restore() {
      if (lost === null) return true;
      if (!givesContext()) return false;
      const planes = lost;
      lost = null;
      try {
        for (const plane of planes) await enable(plane, elementOf(plane));
      } catch {
        // Taken away again meanwhile.
        dropContext(planes);
      }
      return lost === null;
    },
  };
}

/** The part of vtk's mapper that is used here; Cornerstone types an actor's mapper more loosely. */
type VolumeMapper = {
  getBounds(): [number, number, number, number, number, number];
  addClippingPlane(plane: vtkPlane): boolean;
  setSampleDistance(distanceMm: number): boolean;
};

/** Half a slice outside the outermost slices; a plane keeps what lies on the side of its normal. */
function placeClipPlanes(
  [first, last]: readonly [vtkPlane, vtkPlane],
  { grid }: OpenVolume,
  { from, to }: SliceRange,
): void {
  const [, , [x, y, z]] = stepVectors(grid.indexToWorld);
  first.setNormal(x, y, z);
  const below = indexToWorld(grid.indexToWorld, voxelIndex(0, 0, from - 0.5));
  const above = indexToWorld(grid.indexToWorld, voxelIndex(0, 0, to + 0.5));
  first.setOrigin(below[0], below[1], below[2]);
  last.setNormal(-x, -y, -z);
  last.setOrigin(above[0], above[1], above[2]);
}

/** Browsers refuse contexts while the graphics process starts again, and altogether after several losses. */
function givesContext(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  const isGiven = gl !== null && !gl.isContextLost();
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return isGiven;
}

function applyWindow(viewport: VolumeViewport, { center, width }: DisplayWindow): void {
  viewport.setProperties({ voiRange: { lower: center - width / 2, upper: center + width / 2 } });
}
