import type { ReactNode } from 'react';
import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { edgeLetters } from './orientation-letters.ts';
import type { Plane } from './plane.ts';
import type { PlaneProjection } from './projection.ts';
import { scaleBarMm } from './scale-bar.ts';

export const EDGE_PIXELS = 14;
export const CROSSHAIR_GAP_PIXELS = 12;
const MAX_SCALE_BAR_SHARE = 0.3;
const MAX_SCALE_BAR_PIXELS = 160;

/** In each plane the crosshair's lines are the other two planes, seen from the side. */
const LINES: Readonly<Record<Plane, { readonly vertical: Plane; readonly horizontal: Plane }>> = {
  sagittal: { vertical: 'coronal', horizontal: 'axial' },
  axial: { vertical: 'sagittal', horizontal: 'coronal' },
  coronal: { vertical: 'sagittal', horizontal: 'axial' },
};

type ChromeProps = { readonly projection: PlaneProjection; readonly focus: WorldPoint | null };

/** What the viewer itself draws above a plane. Decoration only: the frame's aria-label says the same in words. */
export function PlaneChrome({ projection, focus }: ChromeProps): ReactNode {
  return (
    <g className="plane-chrome" aria-hidden="true" data-plane={projection.plane}>
      {focus !== null && <Crosshair projection={projection} focus={focus} />}
      <EdgeLetters plane={projection.plane} size={projection.size} />
      <ScaleBar projection={projection} />
      <text className="plane-text" x={EDGE_PIXELS} y={EDGE_PIXELS + 6} textAnchor="start">
        {`${projection.sliceIndex} / ${projection.sliceCount}`}
      </text>
    </g>
  );
}

function Crosshair({ projection, focus }: { readonly projection: PlaneProjection; readonly focus: WorldPoint }): ReactNode {
  const { x, y } = projection.worldToCanvas(focus);
  const { width, height } = projection.size;
  const { vertical, horizontal } = LINES[projection.plane];
  return (
    <g className="plane-crosshair">
      <path data-line={vertical} d={`M${x} 0V${y - CROSSHAIR_GAP_PIXELS}M${x} ${y + CROSSHAIR_GAP_PIXELS}V${height}`} />
      <path data-line={horizontal} d={`M0 ${y}H${x - CROSSHAIR_GAP_PIXELS}M${x + CROSSHAIR_GAP_PIXELS} ${y}H${width}`} />
    </g>
  );
}

export function EdgeLetters({ plane, size: { width, height } }: Pick<PlaneProjection, 'plane' | 'size'>): ReactNode {
  const letters = edgeLetters(plane);
  return (
    <g>
      <text x={EDGE_PIXELS} y={height / 2} textAnchor="middle" dominantBaseline="central">{letters.left}</text>
      <text x={width - EDGE_PIXELS} y={height / 2} textAnchor="middle" dominantBaseline="central">{letters.right}</text>
      <text x={width / 2} y={EDGE_PIXELS} textAnchor="middle" dominantBaseline="central">{letters.top}</text>
      <text x={width / 2} y={height - EDGE_PIXELS} textAnchor="middle" dominantBaseline="central">{letters.bottom}</text>
    </g>
  );
}

function ScaleBar({ projection }: { readonly projection: PlaneProjection }): ReactNode {
  const { width, height } = projection.size;
  const lengthMm = scaleBarMm(projection.mmPerPixel, Math.min(MAX_SCALE_BAR_PIXELS, width * MAX_SCALE_BAR_SHARE));
  const length = lengthMm / projection.mmPerPixel;
  const x = width - EDGE_PIXELS - length;
  const y = height - EDGE_PIXELS;
  return (
    <g className="plane-scale">
      <path d={`M${x} ${y - 5}V${y}H${x + length}V${y - 5}`} />
      <text className="plane-text" x={x + length / 2} y={y - 8} textAnchor="middle">{`${lengthMm} mm`}</text>
    </g>
  );
}
