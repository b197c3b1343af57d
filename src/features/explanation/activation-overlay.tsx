import { cellsOnPlane } from '#src/core/results/activation-map.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { useSessionState } from '../use-session.ts';
import './activation-overlay.css';

/** Which axis lies across each plane; LPS. */
const ACROSS = { sagittal: 0, coronal: 1, axial: 2 } as const;
/** Of a full cell: the bone stays visible below. */
const STRONGEST = 0.5;

/** The selected level's class-activation map as the coarse cells that it is, where the reader asked for it. */
export function ActivationOverlay({ projection }: { readonly projection: PlaneProjection }) {
  const isShown = useSessionState((state) => state.isActivationShown);
  const analysis = useSessionState((state) => (state.selectedLevel === null ? undefined : state.analyses[state.selectedLevel]));
  const map = analysis?.status === 'done' ? analysis.result.activation : null;
  if (!isShown || !map) return null;
  const axis = ACROSS[projection.plane];
  return (
    <g className="activation" aria-hidden="true" data-testid={`activation-${projection.plane}`}>
      {cellsOnPlane(map, axis, projection.centre[axis]).map(({ key, from, to, share }) => {
        const [a, b] = [projection.worldToCanvas(from), projection.worldToCanvas(to)];
        return (
          <rect
            key={key}
            className={share > 0 ? 'activation-towards' : 'activation-away'}
            x={Math.min(a.x, b.x)}
            y={Math.min(a.y, b.y)}
            width={Math.abs(b.x - a.x)}
            height={Math.abs(b.y - a.y)}
            fillOpacity={STRONGEST * Math.abs(share)}
          />
        );
      })}
    </g>
  );
}
