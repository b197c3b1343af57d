import type { ReactNode } from 'react';
import { PLANES, PlaneViewport, type PlaneProjection } from '#src/viewer/index.ts';
import { useSession } from '../use-session.ts';
import './planes.css';

/** The three linked planes; the sagittal one, for picking, is the big one. What is drawn over them comes from the app. */
export function Planes({ overlay }: { readonly overlay: (projection: PlaneProjection) => ReactNode }) {
  const { viewer } = useSession();
  return (
    <div className="planes">
      {PLANES.map((plane) => (
        <div key={plane} className="plane-box" style={{ gridArea: plane }}>
          <PlaneViewport plane={plane} viewer={viewer} overlay={overlay} />
        </div>
      ))}
    </div>
  );
}
