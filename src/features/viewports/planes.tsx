import { useSyncExternalStore, type ReactNode } from 'react';
import { PLANES, PlaneViewport, type PlaneProjection } from '#src/viewer/index.ts';
import { useSession } from '../use-session.ts';
import { StraightenedPane, WhyNotStraightened } from './straightened-pane.tsx';
import './planes.css';

/**
 * The three linked planes; the sagittal one, for picking, is the big one. What is drawn over them comes from the app. The straightened view along the
 * spine stands beside them where there is room, else in place of the coronal plane.
 */
export function Planes({ overlay }: { readonly overlay: (projection: PlaneProjection) => ReactNode }) {
  const { viewer } = useSession();
  // Of the snapshot this alone: three planes would be drawn anew at each move on the straightened one.
  const isShown = useSyncExternalStore(viewer.curved.subscribe, () => viewer.curved.snapshot().isShown);
  return (
    <div className="planes-frame">
      <div className="planes" data-straightened={isShown}>
        {PLANES.map((plane) => (
          <div key={plane} className={`plane-box ${plane}-box`} style={{ gridArea: plane }}>
            <PlaneViewport plane={plane} viewer={viewer} overlay={overlay} />
            {plane === 'sagittal' && <WhyNotStraightened />}
          </div>
        ))}
        {isShown && <StraightenedPane />}
      </div>
    </div>
  );
}
