import { useSyncExternalStore } from 'react';
import { openSeriesOf, spineCentres } from '#src/session/index.ts';
import { CurvedViewport, type CurvedProjection } from '#src/viewer/index.ts';
import { ToggleButton } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { StraightenedMarks } from './straightened-marks.tsx';
import './straightened.css';

function drawMarks(projection: CurvedProjection) {
  return <StraightenedMarks projection={projection} />;
}

/** The fourth pane, while it is shown: the sheet along the spine, its marks, and which side of the spine it is seen from. */
export function StraightenedPane() {
  const { viewer } = useSession();
  const side = useSyncExternalStore(viewer.curved.subscribe, () => viewer.curved.snapshot().side);
  return (
    <div className="plane-box straightened-box">
      <CurvedViewport viewer={viewer} overlay={drawMarks} />
      <ToggleButton
        className="straightened-side"
        aria-label="Straightened coronal instead of sagittal"
        isSelected={side === 'coronal'}
        onChange={(isCoronal) => viewer.curved.setSide(isCoronal ? 'coronal' : 'sagittal')}
      >
        Coronal
      </ToggleButton>
    </div>
  );
}

/** Why the pane that was asked for is not there; nothing where it is, or where nothing is open. */
export function WhyNotStraightened() {
  const { viewer } = useSession();
  const { isAsked, isShown } = useSyncExternalStore(viewer.curved.subscribe, viewer.curved.snapshot);
  const isOpen = useSessionState((state) => openSeriesOf(state) !== null);
  const marked = useSessionState((state) => spineCentres(state).length);
  if (!isAsked || isShown || !isOpen) return null;
  return (
    <p className="straightened-why" role="status" data-testid="straightened-why">
      {`The straightened view needs the centres of three vertebrae, one below the other; ${marked === 0 ? 'none is' : marked === 1 ? '1 is' : `${marked} are`} marked so far.`}
    </p>
  );
}
