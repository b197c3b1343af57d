import { useEffect, useId, useRef, useSyncExternalStore, type ReactNode } from 'react';
import type { Plane } from './plane.ts';
import { PlaneChrome } from './plane-chrome.tsx';
import type { PlaneProjection } from './projection.ts';
import type { Viewer } from './viewer-api.ts';
import './plane-viewport.css';

const TITLES: Readonly<Record<Plane, string>> = { sagittal: 'Sagittal plane', axial: 'Axial plane', coronal: 'Coronal plane' };

export type PlaneViewportProps = {
  readonly plane: Plane;
  readonly viewer: Viewer;
  /**
   * SVG content above the image, in CSS pixels of the canvas; drawn anew at most once per frame. The layer lets presses
   * through to the image; a mark that takes them sets `pointerEvents="auto"`.
   */
  readonly overlay?: (projection: PlaneProjection) => ReactNode;
};

/**
 * One plane: canvas, crosshair, orientation letters, scale bar and the app's overlay. Fills its parent. What takes focus,
 * keys and presses is an invisible range input over the canvas: to a screen reader the plane is a slider over its slices.
 * The overlay stands above it, so that marks can be reached too.
 *
 * Mouse: click or drag = primary tool (crosshair, window, pan, zoom); wheel = slices; Ctrl+wheel or right drag = zoom;
 * middle drag or Space+drag = pan. Touch: one finger = primary tool, two = pan and zoom.
 * Keys while focused: arrow up and down, Page Up, Page Down = slices; + and − = zoom.
 */
export function PlaneViewport({ plane, viewer, overlay }: PlaneViewportProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const { projection, focus, loading, previewOf } = useSyncExternalStore(viewer.subscribe, () => viewer.snapshot(plane));

  useEffect(() => {
    if (stage.current === null || surface.current === null || frame.current === null) return undefined;
    return viewer.attach(plane, { stage: stage.current, surface: surface.current, frame: frame.current });
  }, [plane, viewer]);

  const position = projection === null ? ', no series open' : `, slice ${projection.sliceIndex} of ${projection.sliceCount}`;
  return (
    <div ref={frame} className="plane-viewport">
      <div ref={stage} className="plane-stage" />
      <input
        ref={surface}
        className="plane-surface"
        type="range"
        min={1}
        max={projection?.sliceCount ?? 1}
        value={projection?.sliceIndex ?? 1}
        onChange={(event) => viewer.stepSlices(plane, Number(event.currentTarget.value) - (projection?.sliceIndex ?? 1))}
        aria-label={TITLES[plane] + position}
        aria-describedby={hintId}
        data-testid={`plane-${plane}`}
        data-centre={projection?.centre.join(' ')}
        data-mm-per-pixel={projection?.mmPerPixel}
      />
      {projection !== null && (
        <svg className="plane-overlay" width={projection.size.width} height={projection.size.height}>
          <PlaneChrome projection={projection} focus={focus} />
          {overlay?.(projection)}
        </svg>
      )}
      {loading !== null && loading.done < loading.total && (
        <div className="plane-loading" aria-hidden="true">{`Loading ${loading.done} of ${loading.total}`}</div>
      )}
      {previewOf !== null && <div className="plane-loading" data-testid="preview">{`Preview of ${previewOf}; the scan is being opened`}</div>}
      <span id={hintId} hidden>
        Arrow up and down or Page Up and Page Down change the slice, plus and minus zoom.
      </span>
    </div>
  );
}
