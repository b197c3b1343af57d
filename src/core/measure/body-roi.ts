import { pointIn } from './body-frame.ts';
import { ROI_SHAPE, type Roi } from './roi.ts';
import type { VertebraFit } from './vertebra-fit.ts';

/**
 * The trabecular ROI by convention (domain.md part 7): an elliptical cylinder along the body's own axis at mid-height, in front of the
 * basivertebral vein, clear of the cortex and the endplates. It grows with the body, and is no larger than the fixed ROI, so that numbers
 * compare. Readers place theirs about 20 % of the half depth in front: docs/evaluation/measuring.md.
 */
export const BODY_ROI = {
  /** Half axes as shares of the body's half width and half depth. */
  widthShare: 0.5,
  depthShare: 0.46,
  /** How far the ROI's middle stands in front of the body's, as a share of the half depth. */
  forwardShare: 0.04,
  /** Least distance to the walls and to the hollow of the endplates, mm. */
  wallMarginMm: 4,
  endplateMarginMm: 3,
  /** A body that leaves less than this is not measured by its own ROI, mm. */
  least: { halfWidthMm: 5, halfDepthMm: 3.5, heightMm: 3 },
} as const;

/** The ROI of a fitted body; null where the body is too small to hold one. */
export function roiOfBody({ centreLps, up, front, left, halfWidthMm, halfDepthMm, heightsMm }: VertebraFit): Roi | null {
  const { widthShare, depthShare, forwardShare, wallMarginMm, endplateMarginMm, least } = BODY_ROI;
  const forward = forwardShare * halfDepthMm;
  const width = Math.min(ROI_SHAPE.halfWidthMm, widthShare * halfWidthMm, halfWidthMm - wallMarginMm);
  const depth = Math.min(ROI_SHAPE.halfDepthMm, depthShare * halfDepthMm, halfDepthMm - forward - wallMarginMm);
  const height = Math.min(ROI_SHAPE.heightMm, Math.min(heightsMm.middle, heightsMm.anterior) - 2 * endplateMarginMm);
  if (width < least.halfWidthMm || depth < least.halfDepthMm || height < least.heightMm) return null;
  const centre = pointIn({ up, front, left }, centreLps, 0, -forward, 0);
  return { centreLps: [centre[0], centre[1], centre[2]], up, front, left, halfWidthMm: width, halfDepthMm: depth, heightMm: height };
}
