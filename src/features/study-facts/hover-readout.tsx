import { useEffect, useState } from 'react';
import type { PlaneHover } from '#src/viewer/index.ts';
import { useSession } from '../use-session.ts';

/** HU and position under the cursor. */
export function HoverReadout() {
  const { viewer } = useSession();
  const [hover, setHover] = useState<PlaneHover | null>(null);
  useEffect(() => viewer.onHover(setHover), [viewer]);
  if (!hover) return null;
  const [left, posterior, superior] = hover.point.map((mm) => mm.toFixed(1));
  return (
    <output className="hover-readout" data-testid="hover" aria-live="off">
      {`${hover.valueHu === null ? 'outside' : `${Math.round(hover.valueHu)} HU`}  L ${left}  P ${posterior}  S ${superior} mm`}
    </output>
  );
}
