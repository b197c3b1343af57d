import type { VertebraFit } from '#src/core/measure/vertebra-fit.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { svgPoints } from './plane-geometry.ts';

/** The lines lie in the mid-sagittal plane of the body; further from it they would be drawn over something else. Mm. */
const NEAR_MM = 10;

/** Endplates and the three heights of a body, on the sagittal plane through it. */
export function HeightLines({ level, fit, projection }: { readonly level: string; readonly fit: VertebraFit; readonly projection: PlaneProjection }) {
  if (projection.plane !== 'sagittal' || Math.abs(projection.worldToCanvas(fit.centreLps).distanceMm) > NEAR_MM) return null;
  const { superior, inferior } = fit.endplates;
  const ends = [superior, inferior].map(({ anteriorLps, centreLps, posteriorLps }) => svgPoints(projection, [anteriorLps, centreLps, posteriorLps]));
  const heights = (['anteriorLps', 'centreLps', 'posteriorLps'] as const).map((at) => svgPoints(projection, [superior[at], inferior[at]]));
  return (
    <g className="height-lines" aria-hidden="true" data-testid={`heights-${level}`}>
      {ends.map((points) => <polyline key={points} className="endplate" points={points} />)}
      {heights.map((points) => <polyline key={points} className="height" points={points} />)}
    </g>
  );
}
