import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { Series } from '#src/core/dicom/series.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import type { CurvedModel } from './curved-model.ts';
import type { Modifiers, PrimaryTool } from './gestures.ts';
import type { LoadOptions, LoadProblem } from './load-slices.ts';
import type { Pane, Plane } from './plane.ts';
import type { ViewBox } from './plane-view.ts';
import type { MemoryNeed } from './memory-budget.ts';
import type { PreviewFile } from './preview.ts';
import type { PlaneSnapshot } from './view-model.ts';
import type { DisplayWindow } from './window.ts';

export type PlaneClick = { readonly point: WorldPoint; readonly plane: Pane; readonly modifiers: Modifiers };

/** `valueHu` is the nearest voxel's; null outside the scan or where its slice is not loaded yet. */
export type PlaneHover = { readonly point: WorldPoint; readonly plane: Pane; readonly valueHu: number | null };

export type ViewerProblem = { readonly code: 'webgl-context-restored' | 'webgl-context-lost'; readonly sentence: string };

export type PlaneBoxes = { readonly stage: HTMLElement; readonly surface: HTMLElement; readonly frame: HTMLElement };

/** Return true when the click was used: the crosshair then stays where it is. */
export type ClickListener = (click: PlaneClick) => boolean;

/**
 * One per page. Owns Cornerstone, the pixels of the one open series, the linked focus, pan, zoom and window.
 * Every `on…` answers the function that removes the listener. See index.ts for the whole contract.
 */
export type Viewer = {
  /**
   * Opens a series in all planes and frees the one before. Slices are drawn as they come; resolves when all are there.
   * Where single slices cannot be decoded, the problem names them and nothing is shown: open the series again without them.
   * A second call ends the first, which then resolves with `open-aborted`, as does an abort of its signal.
   */
  readonly openSeries: (series: Series, blobOf: (fileId: number) => Blob, options: LoadOptions) => Promise<Result<VolumeSource, LoadProblem>>;
  /** What a series needs where it does not fit into memory; null where it does. A series that turned out not to fit lowers the limit. */
  readonly memoryNeed: (series: Series) => MemoryNeed | null;
  /**
   * Shows one slice of files that are about to be opened in the axial plane, marked as a preview, where nothing is open. It goes with
   * the first slice of a series that is drawn, or by endPreview.
   */
  readonly showPreview: (files: readonly PreviewFile[]) => Promise<void>;
  readonly endPreview: () => void;
  readonly closeSeries: () => void;
  readonly thumbnail: (series: Series, blobOf: (fileId: number) => Blob) => Promise<string | null>;

  readonly focus: () => WorldPoint | null;
  /** Moves crosshair and slices; pan and zoom stay. Clamped to the scan. */
  readonly setFocus: (point: WorldPoint) => void;
  /** As setFocus, and pans where the point would lie outside a canvas. */
  readonly jumpTo: (point: WorldPoint) => void;
  /** What opening and reset show from now on, instead of the whole scan. */
  readonly setHome: (box: ViewBox) => void;
  /** Home, or without one the whole scan, in each canvas; focus and window stay. */
  readonly resetView: () => void;
  readonly zoomBy: (plane: Plane, factor: number) => void;
  readonly stepSlices: (plane: Plane, slices: number) => void;

  readonly window: () => DisplayWindow;
  readonly setWindow: (window: DisplayWindow) => void;
  readonly onWindow: (listener: (window: DisplayWindow) => void) => () => void;
  readonly primaryTool: () => PrimaryTool;
  readonly setPrimaryTool: (tool: PrimaryTool) => void;
  readonly onPrimaryTool: (listener: () => void) => () => void;

  readonly onClick: (listener: ClickListener) => () => void;
  /** At most once per frame; null when the pointer leaves. Told again where something changes under a pointer that rests. */
  readonly onHover: (listener: (hover: PlaneHover | null) => void) => () => void;
  readonly onProblem: (listener: (problem: ViewerProblem) => void) => () => void;

  /** For React: a snapshot object changes only when something did, at most once per frame. */
  readonly snapshot: (plane: Plane) => PlaneSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Puts the plane's canvas into `stage`. `surface` above it takes keys and presses, `frame` around both the wheel.
   * Idempotent: a plane attached elsewhere moves.
   */
  readonly attach: (plane: Plane, boxes: PlaneBoxes) => () => void;
  readonly curved: CurvedView;
};

/** The fourth pane: a sheet along the spine, straightened. Shown where the reader asks for it and three centres make a curve. */
export type CurvedView = Pick<CurvedModel, 'setCentres' | 'setShown' | 'setSide' | 'step' | 'zoom' | 'snapshot' | 'subscribe'> & {
  /** As Viewer.attach. */
  readonly attach: (boxes: PlaneBoxes) => () => void;
};
