import { pointIn } from './body-frame.ts';
import type { Roi } from './roi.ts';
import type { VertebraFit } from './vertebra-fit.ts';

/**
 * The trabecular ROI by convention (domain.md part 7): an elliptical cylinder along the body's own axis at mid-height, in the front two
 * thirds, in front of the basivertebral vein, clear of the cortex and the endplates. Its place and size are those of a reader who placed
 * regions by eye in ten real bodies, blind to this one (docs/evaluation/measuring.md), and of the simulated bodies that the network
 * learned from (training/vertebra/simulator/region.py): docs/decisions/0013.
 */
export const BODY_ROI = {
  /** Half axes as shares of the body's half width and half depth. */
  widthShare: 0.65,
  depthShare: 0.46,
  /** How far the ROI's middle stands in front of the body's, as a share of the half depth. */
  forwardShare: 0.2,
  /** mm. */
  most: { halfWidthMm: 14, halfDepthMm: 9, heightMm: 8 },
  /** Least distance to the walls and to the hollow of the endplates, mm. */
  wallMarginMm: 4,
  endplateMarginMm: 3,
  /** A body that leaves less than this is not measured by its own ROI, mm. */
  least: { halfWidthMm: 5, halfDepthMm: 3.5, heightMm: 3 },
} as const;

/** The ROI of a fitted body; null where the body is too small to hold one. */
export function roiOfBody({ centreLps, up, front, left, halfWidthMm, halfDepthMm, heightsMm }: VertebraFit): Roi | null {
  const { widthShare, depthShare, forwardShare, most, wallMarginMm, endplateMarginMm, least } = BODY_ROI;
  const forward = forwardShare * halfDepthMm;
  const width = Math.min(most.halfWidthMm, widthShare * halfWidthMm, halfWidthMm - wallMarginMm);
  const depth = Math.min(most.halfDepthMm, depthShare * halfDepthMm, halfDepthMm - forward - wallMarginMm);
  const height = Math.min(most.heightMm, Math.min(heightsMm.middle, heightsMm.anterior) - 2 * endplateMarginMm);
  if (width < least.halfWidthMm || depth < least.halfDepthMm || height < least.heightMm) return null;
  const centre = pointIn({ up, front, left }, centreLps, 0, -forward, 0);
  return { centreLps: [centre[0], centre[1], centre[2]], up, front, left, halfWidthMm: width, halfDepthMm: depth, heightMm: height };
}
