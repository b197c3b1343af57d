import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { makeSpineCurve, type SpineCurve } from '#src/core/spine/spine-curve.ts';
import { layOutSheet, type Sheet, type SheetSide } from '#src/core/spine/straightened-sheet.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { fittedSheet, makeCurvedProjection, pannedSheet, zoomedSheet, type CurvedPan, type CurvedProjection } from './curved-projection.ts';
import { sampleInSteps, type Turns } from './curved-sampling.ts';
import { makeEmitter } from './emitter.ts';
import type { CanvasSize } from './plane-view.ts';

/** What React draws of the straightened pane. A new object only when something changed, at most once per frame. */
export type CurvedSnapshot = {
  /** The reader wants the pane. */
  readonly isAsked: boolean;
  /** It is wanted and there is a curve to show: centres of three vertebrae in an open series. */
  readonly isShown: boolean;
  readonly side: SheetSide;
  /** Null until the first sheet is sampled and the canvas has a size. */
  readonly projection: CurvedProjection | null;
  readonly focus: WorldPoint | null;
};

export type CurvedSheet = { readonly sheet: Sheet; readonly valuesHu: Int16Array<ArrayBuffer> };

/** The picture of the pane; main thread, drawn at once. */
export type CurvedCanvas = {
  /** New pixels, or a new window for them. */
  readonly paint: (sheet: CurvedSheet) => void;
  /** Where the painted sheet lies. */
  readonly place: (sheet: Sheet, projection: CurvedProjection) => void;
  readonly clear: () => void;
};

/** Wheel and arrow keys move the sheet by this much, mm. */
const OFFSET_STEP_MM = 1;
/** Beyond it there is no vertebra left to see, mm. */
export const MAX_OFFSET_MM = 50;

/** Owns the straightened pane: whether it is shown, its curve, sheet, pan and zoom. */
export type CurvedModel = {
  /** Null where no series is open or not all of it is loaded. */
  readonly setVolume: (volume: VolumeSource | null) => void;
  readonly setCentres: (centres: readonly WorldPoint[]) => void;
  readonly setShown: (isAsked: boolean) => void;
  readonly setSide: (side: SheetSide) => void;
  readonly setSize: (size: CanvasSize | null) => void;
  /** Steps of 1 mm to the patient's left (sagittal) or back (coronal). */
  readonly step: (steps: number) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at?: { readonly x: number; readonly y: number }) => void;
  /** The sheet through the centres, whole. */
  readonly resetView: () => void;
  /** Paints again with another window. */
  readonly repaint: () => void;
  /** The focus may have moved. */
  readonly refresh: () => void;
  /** As of now, ahead of the published snapshot. */
  readonly projection: () => CurvedProjection | null;
  readonly snapshot: () => CurvedSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
};

export function createCurvedModel(canvas: CurvedCanvas, focus: () => WorldPoint | null, nextFrame: (callback: () => void) => void, turns: Turns): CurvedModel {
  const changes = makeEmitter<void>();
  let volume: VolumeSource | null = null;
  let curve: SpineCurve | null = null;
  let centresKey = '';
  let isAsked = false;
  let side: SheetSide = 'sagittal';
  let offsetMm = 0;
  let size: CanvasSize | null = null;
  let pan: CurvedPan | null = null;
  let painted: CurvedSheet | null = null;
  let job = 0;
  let isRunning = false;
  let isStale = false;
  let isFrameAsked = false;
  let snapshot: CurvedSnapshot = { isAsked, isShown: false, side, projection: null, focus: null };

  const isShown = (): boolean => isAsked && curve !== null && volume !== null;
  const projection = (): CurvedProjection | null => (painted === null || pan === null || size === null ? null : makeCurvedProjection(painted.sheet, pan, size));
  const publish = (): void => {
    isFrameAsked = false;
    snapshot = { isAsked, isShown: isShown(), side, projection: projection(), focus: focus() };
    changes.emit();
  };
  const changed = (): void => {
    const now = projection();
    if (painted !== null && now !== null) canvas.place(painted.sheet, now);
    if (isFrameAsked) return;
    isFrameAsked = true;
    nextFrame(publish);
  };
  const fit = (): void => {
    if (painted !== null && size !== null && (pan?.isFitted ?? true)) pan = fittedSheet(painted.sheet, size);
  };
  const begin = (from: VolumeSource, along: SpineCurve): void => {
    const own = job;
    isRunning = true;
    isStale = false;
    const sheet = layOutSheet(from, along, side, offsetMm);
    sampleInSteps(from, sheet, () => job === own, (valuesHu) => {
      isRunning = false;
      painted = { sheet, valuesHu };
      fit();
      canvas.paint(painted);
      changed();
      if (isStale) sample();
    }, turns);
  };
  /** What runs is finished first: with a wheel that turns on, a picture would never be whole. */
  const sample = (): void => {
    if (volume === null || curve === null || !isAsked) {
      stop();
    } else if (isRunning) {
      isStale = true;
    } else {
      begin(volume, curve);
    }
    changed();
  };
  const stop = (): void => {
    job += 1;
    isRunning = false;
    painted = null;
    canvas.clear();
  };
  const moveView = (next: (pan: CurvedPan, size: CanvasSize) => CurvedPan): void => {
    if (pan === null || size === null) return;
    pan = next(pan, size);
    changed();
  };
  /** Fitted again with the next picture. */
  const home = (): void => {
    offsetMm = 0;
    if (pan !== null) pan = { ...pan, isFitted: true };
  };

  return {
    setVolume(next) {
      if (next === volume) return;
      stop();
      volume = next;
      home();
      sample();
    },
    setCentres(centres) {
      const key = centres.map((centre) => centre.join(' ')).toSorted().join();
      if (key === centresKey) return;
      centresKey = key;
      curve = makeSpineCurve(centres);
      sample();
    },
    setShown(next) {
      if (next === isAsked) return;
      isAsked = next;
      sample();
    },
    setSide(next) {
      if (next === side) return;
      side = next;
      home();
      sample();
    },
    setSize(next) {
      size = next;
      fit();
      changed();
    },
    step(steps) {
      offsetMm = Math.min(MAX_OFFSET_MM, Math.max(-MAX_OFFSET_MM, offsetMm + steps * OFFSET_STEP_MM));
      sample();
    },
    pan: (dx, dy) => moveView((now) => pannedSheet(now, dx, dy)),
    zoom: (factor, at) => moveView((now, { width, height }) => zoomedSheet(now, { width, height }, factor, at?.x ?? width / 2, at?.y ?? height / 2)),
    resetView() {
      home();
      fit();
      sample();
    },
    repaint() {
      if (painted !== null) canvas.paint(painted);
    },
    refresh() {
      if (snapshot.isShown && snapshot.focus !== focus()) changed();
    },
    projection,
    snapshot: () => snapshot,
    subscribe: (listener) => changes.listen(listener),
  };
}
