/**
 * Where detectors look and what they call unusual. HU and sizes: domain.md 3.4 and 3.5; limits so that at most one plain
 * simulated vertebra in twenty passes them (docs/evaluation/gates). The Python twin takes them from app-rules.json.
 */
export const DOUBT_LIMITS = {
  /** Samples inside the body of any level, clear of its cortex and endplates, in the body's axes; mm. */
  grid: { halfWidthMm: 13.5, halfDepthMm: 10.5, halfHeightMm: 7.5, stepMm: 1.5 },
  /** Without a fit, in patient axes: inside the smallest body, however it is tilted; mm. */
  unfitted: { halfWidthMm: 10.5, halfDepthMm: 9, halfHeightMm: 6 },
  /** Of a fitted body at most: its half width, half depth and the lower of its heights at front and back. */
  shares: { width: 0.7, depth: 0.65, height: 0.32 },
  /** The basivertebral vein, 0 to 40 HU in every body: from this far behind the centre. */
  vein: { halfWidthMm: 8, fromMm: 1, halfHeightMm: 4.5 },
  /** Denser than the body's median and than dense young bone, in the middle of its height: endplates stay out. */
  dense: { aboveHu: 150, leastHu: 350, halfHeightMm: 6, markMm3: 40 },
  /** Less dense than the body's median: so much of it at once is a focus, and less where there is fat in it. Without a fit the grid may reach into a disc. */
  loose: { belowHu: 60, markMm3: 300, fatMarkMm3: 180, unfittedMarkMm3: 400 },
  /**
   * An even ball as dense as soft tissue at most: its distance from the body's median over its own unevenness, to which a part of the
   * noise and a floor are added. A smaller part of a lesion is enough than of the uneven marrow of old bone. The vein is flatter than a ball.
   */
  hole: { radiusMm: 3.4, knownShare: 0.6, mostHu: 85, floorHu: 10, noiseShare: 0.15, markScore: 2.6, unfittedMarkScore: 3.5, veinHalfHeightMm: 3 },
  /** What a measured region reads without a focus is said where so much of it is left, and it differs by more than two careful regions do. */
  regionWithout: { leastShare: 0.2, changeHu: 3 },
  /** A single sample that holds fat and no bone; in a haemangioma many of them do. */
  fatBelowHu: -10,
  fatShare: 0.15,
  /** Titanium and steel; bone, calcium and contrast medium stay below, cement mostly below the second. Box round the body in patient axes. */
  metal: { aboveHu: 2000, certainHu: 2900, halfWidthMm: 36, halfDepthMm: 40, halfHeightMm: 14, markMm3: 3, refuseMm3: 150 },
  /**
   * Streaks in the slab through the body: cells of soft tissue within reach, against their neighbourhood, along rays from metal. Rays hold together
   * by chance at a ratio of 1 (variance between rays over that expected from within them); `leastHu` of it is left without the chance.
   */
  streaks: { softHu: { min: -60, max: 160 }, reachMm: 70, awayMm: 15, boxCells: 9, rays: 120, leastCells: 6, leastRays: 5, mostMetals: 3, ratio: 3, leastHu: 3 },
  /** Single samples about the mean of their neighbours, in the body; and the SD of the muscle beside it, where there is no texture of bone. */
  noiseHu: 48,
  muscleNoiseHu: 24,
  /** Bone outside the rims, from an endplate towards the next body. Angles in the body's cross-section: 0 left, 90 front, 180 right. */
  bridge: { fromDeg: 0, toDeg: 180, stepDeg: 12, radii: [1.0, 1.1, 1.2, 1.3], heightMm: 8, heightStepMm: 1, aboveHu: 250, noteSectors: 4, maxThicknessMm: 2.5 },
} as const;
