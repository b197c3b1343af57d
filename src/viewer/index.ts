/**
 * The viewer: the only part of the app that knows Cornerstone and vtk.js. Everything that leaves here is in our own types.
 *
 * - `createViewer()` once per page. It decodes and owns the pixels of one open series, draws the three patient planes
 *   and links them by one focus point. Opening a second series frees the first.
 * - Voxels are read through the VolumeSource that `openSeries` resolves with, in HU. It is dead once another series is
 *   opened: a later `readBlock` throws.
 * - Only a series with a grid is opened: core/dicom has checked it, and the volume is made with exactly that grid.
 *   Every slice must decode; a series with damaged slices is refused, and the problem names those it could do without.
 * - `<PlaneViewport>` shows a plane and hands the app a PlaneProjection to draw marks with; `<CurvedViewport>` the sheet along the spine.
 */
export { PLANES, type Pane, type Plane } from './plane.ts';
export { CurvedViewport, type CurvedViewportProps } from './curved-viewport.tsx';
export type { CurvedProjection } from './curved-projection.ts';
export { PlaneViewport, type PlaneViewportProps } from './plane-viewport.tsx';
export type { CanvasPoint, PlaneProjection } from './projection.ts';
export type { PlaneSnapshot } from './view-model.ts';
export type { Modifiers, PrimaryTool } from './gestures.ts';
export type { LoadOptions, LoadProblem } from './load-slices.ts';
export type { MemoryNeed } from './memory-budget.ts';
export { createViewer } from './viewer.ts';
export type { ClickListener, PlaneBoxes, PlaneClick, PlaneHover, Viewer, ViewerProblem } from './viewer-api.ts';
export { WINDOW_PRESETS, type DisplayWindow, type WindowPreset } from './window.ts';
