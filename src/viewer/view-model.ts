import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { makeEmitter } from './emitter.ts';
import { PLANES, type Plane } from './plane.ts';
import { clampToGrid, fittedView, panned, projectionOf, revealed, steppedFocus, zoomed, type CanvasSize, type PlaneView, type ViewBox } from './plane-view.ts';
import { makeProjection, type PlaneProjection, type ProjectionInput } from './projection.ts';
import { gridCentre, makeLadder, type SliceLadder } from './slice-ladder.ts';

/** What React draws of one plane. A new object only when something changed, at most once per frame. */
export type PlaneSnapshot = {
  /** Null while no series is open or the canvas has no size. */
  readonly projection: PlaneProjection | null;
  /** Linked crosshair, LPS. */
  readonly focus: WorldPoint | null;
  /** Slices decoded so far, while the series is loading. */
  readonly loading: { readonly done: number; readonly total: number } | null;
  /** File whose slice is shown while nothing is open; null for every plane that shows none. */
  readonly previewOf: string | null;
};

type Canvas = { draw(projection: ProjectionInput): void };

/**
 * Owns focus, pan and zoom of the three planes and tells the canvas what to show. Cornerstone's camera is only ever
 * written from here, never read back, so there is one owner and no echo of events.
 */
export type ViewModel = {
  /** Null empties the planes. Keeps the canvas sizes. */
  readonly setGrid: (grid: SeriesGrid | null) => void;
  /** What opening and reset show instead of the whole scan. */
  readonly setHome: (box: ViewBox) => void;
  readonly setSize: (plane: Plane, size: CanvasSize) => void;
  readonly setLoading: (loading: PlaneSnapshot['loading']) => void;
  /** Of the axial plane. */
  readonly setPreview: (fileName: string | null) => void;
  readonly focus: () => WorldPoint | null;
  readonly setFocus: (point: WorldPoint) => void;
  readonly jumpTo: (point: WorldPoint) => void;
  readonly step: (plane: Plane, slices: number) => void;
  readonly pan: (plane: Plane, dx: number, dy: number) => void;
  readonly zoom: (plane: Plane, factor: number, at?: { readonly x: number; readonly y: number }) => void;
  readonly resetView: () => void;
  /** Draws again with the same cameras: pixels or window changed. */
  readonly redraw: () => void;
  /** The projection as of now, ahead of the published snapshot. */
  readonly projection: (plane: Plane) => PlaneProjection | null;
  readonly snapshot: (plane: Plane) => PlaneSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
};

const EMPTY: PlaneSnapshot = { projection: null, focus: null, loading: null, previewOf: null };

type Open = { readonly grid: SeriesGrid; readonly ladders: ReadonlyMap<Plane, SliceLadder>; readonly views: Map<Plane, PlaneView>; focus: WorldPoint; home: ViewBox | null };

export function createViewModel(canvas: Canvas, nextFrame: (callback: () => void) => void): ViewModel {
  const sizes = new Map<Plane, CanvasSize>();
  const snapshots = new Map<Plane, PlaneSnapshot>();
  const changes = makeEmitter<void>();
  let open: Open | null = null;
  let loading: PlaneSnapshot['loading'] = null;
  let previewOf: string | null = null;
  let isFrameAsked = false;

  const inputOf = (plane: Plane): ProjectionInput | null => {
    const view = open?.views.get(plane);
    const ladder = open?.ladders.get(plane);
    const size = sizes.get(plane);
    if (open === null || view === undefined || ladder === undefined || size === undefined) return null;
    return projectionOf(plane, view, size, ladder, open.focus);
  };
  const projection = (plane: Plane): PlaneProjection | null => {
    const input = inputOf(plane);
    return input === null ? null : makeProjection(input);
  };
  const publish = (): void => {
    isFrameAsked = false;
    for (const plane of PLANES) snapshots.set(plane, { projection: projection(plane), focus: open?.focus ?? null, loading, previewOf: plane === 'axial' ? previewOf : null });
    changes.emit();
  };
  const askFrame = (): void => {
    if (isFrameAsked) return;
    isFrameAsked = true;
    nextFrame(publish);
  };
  const refresh = (planes: readonly Plane[]): void => {
    for (const plane of planes) {
      const input = inputOf(plane);
      if (input !== null) canvas.draw(input);
    }
    askFrame();
  };
  const fit = (plane: Plane): void => {
    const size = sizes.get(plane);
    if (open !== null && size !== undefined) open.views.set(plane, fittedView(open.grid, plane, size, open.home));
  };
  const change = (plane: Plane, next: (view: PlaneView, size: CanvasSize) => PlaneView): void => {
    const view = open?.views.get(plane);
    const size = sizes.get(plane);
    if (open === null || view === undefined || size === undefined) return;
    open.views.set(plane, next(view, size));
    refresh([plane]);
  };
  const setFocus = (point: WorldPoint): void => {
    if (open === null) return;
    open.focus = clampToGrid(open.grid, point);
    refresh(PLANES);
  };

  return {
    setGrid(grid) {
      open = grid === null ? null : {
        grid,
        ladders: new Map(PLANES.map((plane) => [plane, makeLadder(grid, plane)])),
        views: new Map(),
        focus: gridCentre(grid),
        home: null,
      };
      for (const plane of PLANES) fit(plane);
      refresh(PLANES);
    },
    setHome(box) {
      if (open === null) return;
      open.home = box;
      for (const plane of PLANES) {
        // A reader who has already panned or zoomed keeps that view.
        if (open.views.get(plane)?.isFitted ?? true) fit(plane);
      }
      refresh(PLANES);
    },
    setSize(plane, size) {
      sizes.set(plane, size);
      const view = open?.views.get(plane);
      if (view === undefined || view.isFitted) fit(plane);
      refresh([plane]);
    },
    setLoading(next) {
      loading = next;
      askFrame();
    },
    setPreview(fileName) {
      previewOf = fileName;
      askFrame();
    },
    focus: () => open?.focus ?? null,
    setFocus,
    jumpTo(point) {
      setFocus(point);
      for (const plane of PLANES) change(plane, (view, size) => revealed(plane, view, size, point));
    },
    step(plane, slices) {
      const ladder = open?.ladders.get(plane);
      if (open !== null && ladder !== undefined) setFocus(steppedFocus(plane, ladder, open.focus, slices));
    },
    pan: (plane, dx, dy) => change(plane, (view) => panned(plane, view, dx, dy)),
    zoom: (plane, factor, at) =>
      change(plane, (view, size) => zoomed(plane, view, size, factor, at?.x ?? size.width / 2, at?.y ?? size.height / 2)),
    resetView() {
      for (const plane of PLANES) fit(plane);
      refresh(PLANES);
    },
    redraw: () => refresh(PLANES),
    projection,
    snapshot: (plane) => snapshots.get(plane) ?? EMPTY,
    subscribe: (listener) => changes.listen(listener),
  };
}
