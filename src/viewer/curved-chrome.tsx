import type { ReactNode } from 'react';
import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { onSheet } from '#src/core/spine/straightened-sheet.ts';
import type { CurvedProjection } from './curved-projection.ts';
import { CROSSHAIR_GAP_PIXELS, EDGE_PIXELS, EdgeLetters } from './plane-chrome.tsx';
import { scaleBarMm } from './scale-bar.ts';

const MAX_SCALE_BAR_SHARE = 0.3;
const MAX_SCALE_BAR_PIXELS = 160;
/** In a narrower pane the words of the usual sheet would lie over the first mark. */
const WORDS_PIXELS = 300;
/** A focus farther beside the sheet than this is drawn dashed: what is under the cross is something else; mm. */
const ON_SHEET_MM = 2;

type ChromeProps = { readonly projection: CurvedProjection; readonly focus: WorldPoint | null };

/** What the viewer itself draws above the straightened sheet. Decoration only: the pane's label says the same in words. */
export function CurvedChrome({ projection, focus }: ChromeProps): ReactNode {
  const { width, height } = projection.size;
  return (
    <g className="plane-chrome" aria-hidden="true" data-plane="straightened">
      <CentreLine projection={projection} />
      {focus !== null && <Crosshair projection={projection} focus={focus} />}
      <EdgeLetters plane={projection.side} size={projection.size} />
      <ScaleBar projection={projection} />
      <text className="plane-text" x={EDGE_PIXELS} y={EDGE_PIXELS + 6}>Straightened</text>
      {(projection.offsetMm !== 0 || width >= WORDS_PIXELS) && <text className="plane-text" x={EDGE_PIXELS} y={EDGE_PIXELS + 21}>{besideWords(projection)}</text>}
      <text className="plane-text curved-caution" x={EDGE_PIXELS} y={height - EDGE_PIXELS - 27}>
        <tspan>lengths are true</tspan>
        <tspan x={EDGE_PIXELS} dy={14}>along the line only</tspan>
      </text>
    </g>
  );
}

/** Which sheet is shown. */
export function besideWords({ side, offsetMm }: Pick<CurvedProjection, 'side' | 'offsetMm'>): string {
  if (offsetMm === 0) return 'through the centres';
  const [more, less] = side === 'sagittal' ? ['left', 'right'] : ['behind', 'in front'];
  return `${Math.abs(offsetMm)} mm ${offsetMm > 0 ? more : less}`;
}

/** The curve itself: on the sheet it is straight. */
function CentreLine({ projection }: { readonly projection: CurvedProjection }): ReactNode {
  const { curve, side, offsetMm } = projection;
  const at = (alongMm: number) => projection.worldToCanvas(curve.toWorld(onSheet({ side, offsetMm }, 0, alongMm)));
  const [top, bottom] = [at(0), at(curve.lengthMm)];
  return <path className="curved-line" d={`M${top.x} ${top.y}V${bottom.y}`} />;
}

function Crosshair({ projection, focus }: { readonly projection: CurvedProjection; readonly focus: WorldPoint }): ReactNode {
  const { x, y, distanceMm } = projection.worldToCanvas(focus);
  const { width, height } = projection.size;
  return (
    <g className="plane-crosshair curved-focus" data-beside={Math.abs(distanceMm) > ON_SHEET_MM}>
      <path d={`M${x} 0V${y - CROSSHAIR_GAP_PIXELS}M${x} ${y + CROSSHAIR_GAP_PIXELS}V${height}`} />
      <path d={`M0 ${y}H${x - CROSSHAIR_GAP_PIXELS}M${x + CROSSHAIR_GAP_PIXELS} ${y}H${width}`} />
    </g>
  );
}

/** Upright, because lengths along the spine are what it measures. */
function ScaleBar({ projection }: { readonly projection: CurvedProjection }): ReactNode {
  const { width, height } = projection.size;
  const lengthMm = scaleBarMm(projection.mmPerPixel, Math.min(MAX_SCALE_BAR_PIXELS, height * MAX_SCALE_BAR_SHARE));
  const length = lengthMm / projection.mmPerPixel;
  const [x, y] = [width - EDGE_PIXELS, height - EDGE_PIXELS];
  return (
    <g className="plane-scale">
      <path d={`M${x - 5} ${y}H${x}V${y - length}H${x - 5}`} />
      <text className="plane-text" x={x - 9} y={y - length / 2} textAnchor="end" dominantBaseline="central">{`${lengthMm} mm`}</text>
    </g>
  );
}
