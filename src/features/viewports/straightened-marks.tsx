import type { KeyboardEvent } from 'react';
import type { CurvedProjection } from '#src/viewer/index.ts';
import { useSession, useSessionState } from '../use-session.ts';

/** How far beside the sheet a body still belongs to it: about half a lumbar body's width; mm. */
const REACH_MM = 18;

/** The marked vertebrae and their names on the straightened sheet. Pressing one selects it; moving is done on the planes, where places are true. */
export function StraightenedMarks({ projection }: { readonly projection: CurvedProjection }) {
  const { picking, viewer } = useSession();
  const picks = useSessionState((state) => state.picks.present.picks);
  const selected = useSessionState((state) => state.selectedLevel);
  return (
    <g>
      {picks.map((pick) => {
        const { level, state, centreLps } = pick;
        const { x, y, distanceMm } = projection.worldToCanvas(centreLps);
        if (state === 'rejected' || Math.abs(distanceMm) > REACH_MM) return null;
        const isProposed = state === 'proposed';
        const select = () => {
          picking.select(level);
          viewer.jumpTo(centreLps);
        };
        const press = (event: KeyboardEvent) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          event.stopPropagation();
          select();
        };
        return (
          <g
            key={level}
            className="straightened-mark"
            role="button"
            tabIndex={0}
            aria-label={`Go to ${level}${isProposed ? ', proposed' : ''}, on the straightened view`}
            data-testid={`mark-straightened-${level}`}
            data-selected={level === selected}
            data-proposed={isProposed}
            onPointerDown={(event) => { event.stopPropagation(); select(); }}
            onKeyDown={press}
          >
            <circle className="straightened-hit" cx={x} cy={y} r={12} />
            <circle className="straightened-ring" cx={x} cy={y} r={4} />
            <text x={x + 10} y={y + 4}>{isProposed ? `${level}?` : level}</text>
          </g>
        );
      })}
    </g>
  );
}
