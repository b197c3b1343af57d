import { useSyncExternalStore } from 'react';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { useSession } from '../use-session.ts';
import './straightened.css';

const STEP_MM = 3;

/** The line that the straightened view follows, over the planes that see it from the side; only while that view is shown. */
export function SpineLine({ projection }: { readonly projection: PlaneProjection }) {
  const { viewer } = useSession();
  const { isShown, projection: straightened } = useSyncExternalStore(viewer.curved.subscribe, viewer.curved.snapshot);
  if (!isShown || straightened === null || projection.plane === 'axial') return null;
  const { curve } = straightened;
  const points: string[] = [];
  for (let along = 0; along <= curve.lengthMm; along += STEP_MM) {
    const { x, y } = projection.worldToCanvas(curve.frameAt(along).point);
    points.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
  }
  return <polyline className="spine-line" points={points.join(' ')} data-testid={`spine-line-${projection.plane}`} />;
}
