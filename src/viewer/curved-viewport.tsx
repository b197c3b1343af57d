import { useEffect, useId, useRef, useSyncExternalStore, type ReactNode } from 'react';
import { besideWords, CurvedChrome } from './curved-chrome.tsx';
import { MAX_OFFSET_MM } from './curved-model.ts';
import type { CurvedProjection } from './curved-projection.ts';
import type { Viewer } from './viewer-api.ts';
import './plane-viewport.css';
import './curved-viewport.css';

export type CurvedViewportProps = {
  readonly viewer: Viewer;
  /** As PlaneViewportProps. */
  readonly overlay?: (projection: CurvedProjection) => ReactNode;
};

/**
 * The sheet along the spine, straightened: built, moved and read to a screen reader like a plane (plane-viewport.tsx). Its slices are the sheets beside the
 * one through the centres, 1 mm apart.
 */
export function CurvedViewport({ viewer: { curved }, overlay }: CurvedViewportProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const { projection, side, focus } = useSyncExternalStore(curved.subscribe, curved.snapshot);

  useEffect(() => {
    if (stage.current === null || surface.current === null || frame.current === null) return undefined;
    return curved.attach({ stage: stage.current, surface: surface.current, frame: frame.current });
  }, [curved]);

  const offsetMm = projection?.offsetMm ?? 0;
  return (
    <div ref={frame} className="plane-viewport">
      <div ref={stage} className="plane-stage" />
      <input
        ref={surface}
        className="plane-surface"
        type="range"
        min={-MAX_OFFSET_MM}
        max={MAX_OFFSET_MM}
        value={offsetMm}
        onChange={(event) => curved.step(Number(event.currentTarget.value) - offsetMm)}
        aria-label={`Straightened ${side} view${projection === null ? '' : `, ${besideWords(projection)}`}`}
        aria-describedby={hintId}
        data-testid="plane-straightened"
        data-centre={projection === null ? undefined : `${projection.centre.rightMm} ${projection.centre.alongMm}`}
        data-mm-per-pixel={projection?.mmPerPixel}
      />
      {projection !== null && (
        <svg className="plane-overlay" width={projection.size.width} height={projection.size.height}>
          <CurvedChrome projection={projection} focus={focus} />
          {overlay?.(projection)}
        </svg>
      )}
      <span id={hintId} hidden>
        A curved sheet through the vertebral centres, laid flat. Only lengths along the line through the centres are true. Arrow up and down move the sheet
        by 1 mm, plus and minus zoom.
      </span>
    </div>
  );
}
