import type { PartEnd } from '#src/core/dicom/series.ts';
import { openSeriesOf } from '#src/session/index.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { useSessionState } from '../use-session.ts';
import { endOnPlane, type EndOnPlane } from './end-of-part.ts';
import './part-ends.css';

/** Beside the level cards, which stand at the left margin. */
const WORDS_AT_SHARE = 0.68;
const WORDS_PIXELS = 21;
const EDGE_PIXELS = 34;

/** Where the open series goes on behind a gap, and this part of it ends: a line over each plane that shows the place, and words. */
export function PartEnds({ projection }: { readonly projection: PlaneProjection }) {
  const series = useSessionState(openSeriesOf);
  const { grid, part } = series ?? { grid: null, part: null };
  if (grid === null || part === null) return null;
  return (
    <g className="part-ends">
      {part.ends.map((end) => {
        const place = endOnPlane(grid, end.side, projection);
        return place === null ? null : <EndMark key={end.side} end={end} place={place} projection={projection} />;
      })}
    </g>
  );
}

function EndMark({ end, place, projection: { size, plane } }: { readonly end: PartEnd; readonly place: EndOnPlane; readonly projection: PlaneProjection }) {
  const words = endWords(end);
  if (place.kind === 'slice') {
    return <text x={size.width / 2} y={size.height - EDGE_PIXELS} textAnchor="middle" data-testid={`part-end-${plane}`}>{`Last slice of this part: ${words}`}</text>;
  }
  const { from, to } = place;
  const share = Math.abs(to.x - from.x) < 1 ? 0.5 : (WORDS_AT_SHARE * size.width - from.x) / (to.x - from.x);
  const along = Math.min(0.9, Math.max(0.1, share));
  const [x, y] = [from.x + along * (to.x - from.x), from.y + along * (to.y - from.y)];
  if (y < 0 || y > size.height || x < 0 || x > size.width) return null;
  // Outside the part, where the canvas has room beside the letters and the scale bar.
  const isUnder = place.isBelow ? y + WORDS_PIXELS + EDGE_PIXELS < size.height : y < WORDS_PIXELS + EDGE_PIXELS;
  return (
    <>
      <path d={`M${from.x} ${from.y}L${to.x} ${to.y}`} />
      <text x={x} y={isUnder ? y + WORDS_PIXELS - 4 : y - 7} textAnchor="middle" data-testid={`part-end-${plane}`}>{words}</text>
    </>
  );
}

function endWords({ kind, missing }: PartEnd): string {
  if (kind === 'spacing') return 'slice distance changes here';
  if (missing === null) return 'slices missing here';
  return missing === 1 ? '1 slice missing here' : `${missing} slices missing here`;
}
