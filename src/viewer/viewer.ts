import { invertAffine, worldToIndex, type Affine } from '#src/core/geometry/affine.ts';
import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid, SeriesProblem } from '#src/core/dicom/series.ts';
import { fail, ok } from '#src/lib/result.ts';
import { createCanvasStage } from './canvas-stage.ts';
import { createCardStage } from './card-stage.ts';
import { startCornerstone } from './cornerstone.ts';
import { makeCurvedCanvas } from './curved-canvas.ts';
import { createCurvedModel, type CurvedModel } from './curved-model.ts';
import { decodeWorkers } from './decode-slice.ts';
import { makeEmitter } from './emitter.ts';
import { listenToGestures, type GestureTarget, type PrimaryTool } from './gestures.ts';
import { makeHover } from './hover.ts';
import { keepDrawing } from './keep-drawing.ts';
import { huTypeOf } from './hu-slice.ts';
import { ABORTED, loadSlices } from './load-slices.ts';
import { PLANES, type Pane, type Plane } from './plane.ts';
import { limitsAfter, memoryLimits, memoryNeed, type MemoryLimits } from './memory-budget.ts';
import { readPreview } from './preview.ts';
import { makeVolumeSource } from './read-block.ts';
import { makePlaneElements, type Stage } from './stage.ts';
import { makeThumbnail } from './thumbnail.ts';
import { createViewModel, type ViewModel } from './view-model.ts';
import type { ClickListener, PlaneBoxes, Viewer, ViewerProblem } from './viewer-api.ts';
import { createVolume, type OpenVolume } from './volume.ts';
import { BONE_WINDOW, type DisplayWindow } from './window.ts';

/** Telling React of every slice takes as long as decoding it. */
const PROGRESS_INTERVAL_MS = 100;
const MIN_REDRAW_INTERVAL_MS = 400;
/** While loading, drawing the three planes then takes a quarter of the time at most. */
const REDRAW_INTERVAL_COSTS = 12;
const WINDOW_SHARE_PER_PIXEL = 0.004;

type OpenSeries = { readonly volume: OpenVolume; readonly grid: SeriesGrid; readonly worldToIndex: Affine; readonly stop: AbortController };

export type ViewerOptions = {
  /** For one series, in place of what the browser says of the machine; null where it decides. */
  readonly maxMegabytes: number | null;
  /** What draws the planes; null where a graphics card does if there is one. */
  readonly drawWith: 'webgl' | 'canvas' | null;
};

export function createViewer({ maxMegabytes, drawWith }: ViewerOptions): Viewer {
  const elementOf = makePlaneElements();
  // Made when the page has been laid out: looking for a graphics card takes a moment.
  let made: Stage | null = null;
  const stage = (): Stage => made ??= drawsOnCard(drawWith) ? makeCardStage() : createCanvasStage(elementOf);
  const model = createViewModel(
    {
      draw: (projection) => {
        stage().setCamera(projection);
        stage().render(projection.plane);
      },
    },
    (callback) => requestAnimationFrame(callback),
  );
  const clickListeners = new Set<ClickListener>();
  const windows = makeEmitter<DisplayWindow>();
  const tools = makeEmitter<void>();
  const problems = makeEmitter<ViewerProblem>();
  let open: OpenSeries | null = null;
  let window: DisplayWindow = BONE_WINDOW;
  let tool: PrimaryTool = 'crosshair';
  let known: MemoryLimits | null = null;
  const limits = (): MemoryLimits => {
    known ??= memoryLimits((navigator as { readonly deviceMemory?: number }).deviceMemory ?? null, maxMegabytes, stage().needs());
    return known;
  };

  const makeCardStage = (): Stage => {
    const card = createCardStage(elementOf);
    keepDrawing({
      stage: card,
      onRestored: () => {
        model.redraw();
        problems.emit({ code: 'webgl-context-restored', sentence: 'The graphics card stopped drawing for a moment, so the images were drawn anew; picks and results are as they were.' });
      },
      onGone: () => {
        endPreview();
        made = createCanvasStage(elementOf);
        known = null;
        if (open !== null) void made.show(open.volume, window);
        for (const plane of PLANES) void made.fitCanvas(plane);
        model.redraw();
        problems.emit({ code: 'webgl-context-lost', sentence: 'The graphics card stopped drawing, so the processor draws the images from now on; picks and results are as they were.' });
      },
      later: (task, ms) => setTimeout(task, ms),
      now: () => performance.now(),
    });
    return card;
  };

  const setWindow = (next: DisplayWindow): void => {
    window = { center: next.center, width: Math.max(1, next.width) };
    stage().setWindow(window);
    model.redraw();
    curved.repaint();
    windows.emit(window);
  };

  const curvedCanvas = makeCurvedCanvas(() => window);
  const curved = createCurvedModel(curvedCanvas, model.focus, (callback) => requestAnimationFrame(callback), { now: () => performance.now(), later: (task) => setTimeout(task) });
  model.subscribe(curved.refresh);

  let preview: HTMLCanvasElement | null = null;
  let previewsAsked = 0;
  const endPreview = (): void => {
    previewsAsked += 1;
    preview?.remove();
    preview = null;
    model.setPreview(null);
  };
  const showPreview: Viewer['showPreview'] = async (files) => {
    endPreview();
    const asked = previewsAsked;
    // A file that cannot be read is told of when its turn comes.
    const read = open === null ? await readPreview(files, window).catch(() => null) : null;
    if (read === null || asked !== previewsAsked || open !== null) return;
    preview = read.picture;
    preview.className = 'plane-preview';
    elementOf('axial').append(preview);
    model.setPreview(read.fileName);
  };

  const closeSeries = (): void => {
    if (open === null) return;
    const { volume, stop } = open;
    open = null;
    curved.setVolume(null);
    stop.abort();
    model.setGrid(null);
    model.setLoading(null);
    stage().clear(volume);
    volume.release();
  };

  const openSeries: Viewer['openSeries'] = async (series, blobOf, { signal, onProgress }) => {
    closeSeries();
    const refusal = series.problems.find((problem) => problem.effect === 'refuse');
    if (series.grid === null) return fail(refusal ?? NO_GRID);
    if (signal.aborted) return fail(ABORTED);
    const created = createVolume(startCornerstone(), series.slices, series.grid, huTypeOf(series.slices));
    if (!created.ok) return created;
    const volume = created.value;
    const stop = new AbortController();
    open = { volume, grid: series.grid, worldToIndex: invertAffine(series.grid.indexToWorld), stop };
    const either = AbortSignal.any([signal, stop.signal]);

    const { grid } = series;
    const loadedRange = makeLoadedRange(volume);
    let lastDrawn: number | null = null;
    let lastTold = -Infinity;
    await stage().show(volume, window);
    const loaded = await loadSlices(series, volume, decodeWorkers() + 1, blobOf, {
      signal: either,
      onProgress: (progress) => {
        if (progress.done === progress.total || performance.now() - lastTold >= PROGRESS_INTERVAL_MS) {
          lastTold = performance.now();
          onProgress(progress);
          model.setLoading(progress);
        }
        const interval = Math.max(MIN_REDRAW_INTERVAL_MS, stage().renderCostMs() * REDRAW_INTERVAL_COSTS);
        if (lastDrawn !== null && performance.now() - lastDrawn < interval) return;
        stage().clip(loadedRange());
        // Drawing begins with the first slice: an empty volume would cost as much to draw.
        if (lastDrawn === null) {
          model.setGrid(grid);
          stage().onNextDrawn('axial', endPreview);
        } else {
          model.redraw();
        }
        lastDrawn = performance.now();
      },
    });
    if (!loaded.ok) {
      if (loaded.error.code === 'volume-too-large') known = limitsAfter(limits(), series);
      if (open?.volume === volume) closeSeries();
      return loaded;
    }
    stage().clip(null);
    model.setLoading(null);
    model.redraw();
    const source = makeVolumeSource(volume.id, grid, volume.type, volume.sliceAt);
    curved.setVolume(source);
    return ok(source);
  };

  const sized = new Set<Plane>();
  /** Once, when all planes have their canvases and nothing is open yet. */
  const onSized = (plane: Plane): void => {
    if (sized.size === PLANES.length) return;
    sized.add(plane);
    // What it fails with, the first series would fail with too, and say.
    if (sized.size === PLANES.length) setTimeout(() => void warmUp().catch(() => undefined));
  };
  const warmUp = async (): Promise<void> => {
    if (open !== null) return;
    const empty = createVolume(startCornerstone(), [], EMPTY_GRID, 'Int16Array');
    if (!empty.ok) return;
    await stage().warmUp(empty.value);
    model.redraw();
  };

  const pointAt = (pane: Pane, x: number, y: number): WorldPoint | undefined =>
    (pane === 'straightened' ? curved.projection() : model.projection(pane))?.canvasToWorld(x, y);
  const hover = makeHover(
    ({ plane, x, y }) => {
      const point = pointAt(plane, x, y);
      return point === undefined ? null : { point, plane, valueHu: open === null ? null : valueAt(open, point) };
    },
    (callback) => requestAnimationFrame(callback),
  );
  // While loading, the model publishes the progress of the slices too.
  model.subscribe(hover.refresh);
  curved.subscribe(hover.refresh);

  const targetOf = (pane: Pane, moves: Pick<GestureTarget, 'step' | 'pan' | 'zoom'>): GestureTarget => ({
    ...moves,
    primaryTool: () => tool,
    click(x, y, modifiers) {
      const point = pointAt(pane, x, y);
      if (point === undefined) return;
      const isUsed = [...clickListeners].map((listener) => listener({ point, plane: pane, modifiers })).includes(true);
      if (!isUsed && tool === 'crosshair') model.setFocus(point);
    },
    moveFocus(x, y) {
      const point = pointAt(pane, x, y);
      if (point !== undefined) model.setFocus(point);
    },
    hover: (position) => hover.moveTo(position === null ? null : { plane: pane, ...position }),
    window(dx, dy) {
      const perPixel = Math.max(1, window.width * WINDOW_SHARE_PER_PIXEL);
      setWindow({ center: window.center + dy * perPixel, width: window.width + dx * perPixel });
    },
  });
  const planeTarget = (plane: Plane): GestureTarget =>
    targetOf(plane, { step: (slices) => model.step(plane, slices), pan: (dx, dy) => model.pan(plane, dx, dy), zoom: (factor, at) => model.zoom(plane, factor, at) });

  return {
    openSeries,
    closeSeries,
    memoryNeed: (series) => memoryNeed(series, limits()),
    showPreview,
    endPreview,
    thumbnail: makeThumbnail,
    focus: model.focus,
    setFocus: model.setFocus,
    jumpTo: model.jumpTo,
    setHome: model.setHome,
    resetView: () => {
      model.resetView();
      curved.resetView();
    },
    zoomBy: (plane, factor) => model.zoom(plane, factor),
    stepSlices: model.step,
    window: () => window,
    setWindow,
    onWindow: (listener) => windows.listen(listener),
    primaryTool: () => tool,
    setPrimaryTool: (next) => {
      tool = next;
      tools.emit();
    },
    onPrimaryTool: (listener) => tools.listen(listener),
    onClick(listener) {
      const own: ClickListener = (click) => listener(click);
      clickListeners.add(own);
      return () => clickListeners.delete(own);
    },
    onHover: hover.listen,
    onProblem: (listener) => problems.listen(listener),
    snapshot: model.snapshot,
    subscribe: model.subscribe,
    attach: (plane, boxes) => attach(elementOf(plane), model, plane, boxes.stage, () => stage().fitCanvas(plane), onSized, () => listenToGestures(boxes.surface, boxes.frame, planeTarget(plane))),
    curved: { ...curved, attach: (boxes) => attachCurved(curvedCanvas.element, curved, boxes, targetOf('straightened', curved)) },
  };
}

function drawsOnCard(asked: ViewerOptions['drawWith']): boolean {
  const { card } = startCornerstone();
  // An imitation draws the same, slower than the processor does without it.
  return asked === 'webgl' ? card !== 'none' : asked === null && card === 'real';
}

const EMPTY_GRID: SeriesGrid = { sizeVox: [2, 2, 2], spacingMm: [1, 1, 1], indexToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] };
const NO_GRID: SeriesProblem = { code: 'series-without-grid', effect: 'refuse', sentence: 'The slices of this series do not form one regular volume.' };

function valueAt({ volume, grid, worldToIndex: inverse }: OpenSeries, point: WorldPoint): number | null {
  const [i, j, k] = worldToIndex(inverse, point).map(Math.round);
  const [ni, nj, nk] = grid.sizeVox;
  if (i === undefined || j === undefined || k === undefined) return null;
  if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) return null;
  return volume.sliceAt(k)?.[j * ni + i] ?? null;
}

/** The unbroken run of slices around the middle, where loading begins, that are there so far. */
function makeLoadedRange(volume: OpenVolume): () => { readonly from: number; readonly to: number } {
  const count = volume.grid.sizeVox[2];
  const middle = Math.floor(count / 2);
  let [from, to] = [middle, middle - 1];
  return () => {
    while (to + 1 < count && volume.canDrawSlice(to + 1)) to += 1;
    while (from > 0 && volume.canDrawSlice(from - 1)) from -= 1;
    return { from, to };
  };
}

function attach(element: HTMLElement, model: ViewModel, plane: Plane, container: HTMLElement, fitCanvas: () => Promise<void>, onSized: (plane: Plane) => void, listen: () => () => void): () => void {
  container.append(element);
  const stopListening = listen();
  const fit = async (): Promise<void> => {
    // With fractions of a pixel: clientWidth is rounded, half a device pixel wrong on a dense screen.
    const { width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    await fitCanvas();
    model.setSize(plane, { width, height });
    onSized(plane);
  };
  const observer = new ResizeObserver(() => void fit());
  observer.observe(element);
  return () => {
    observer.disconnect();
    stopListening();
    // A newer mount may have taken the canvas already.
    if (element.parentElement === container) element.remove();
  };
}

function attachCurved(element: HTMLElement, curved: CurvedModel, { stage, surface, frame }: PlaneBoxes, target: GestureTarget): () => void {
  stage.append(element);
  const stopListening = listenToGestures(surface, frame, target);
  const observer = new ResizeObserver(() => {
    const { width, height } = element.getBoundingClientRect();
    curved.setSize(width === 0 || height === 0 ? null : { width, height });
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
    stopListening();
    if (element.parentElement === stage) element.remove();
  };
}
