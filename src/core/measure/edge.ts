/** Distance between the samples of a profile, mm. */
export const PROFILE_STEP_MM = 0.5;
/** A profile must reach this far beyond the places where an edge is looked for, towards the inside and the outside; mm. */
export const PROFILE_REACH_MM = { inside: 8.5, outside: 3.5 } as const;

/** Cost at the end of the window, HU: of two edges about as steep the nearer to where one is expected. */
const PULL_HU = 40;

/** Of several falls the innermost that is this share of the steepest is a wall's: ribs and facets have walls of their own further out. */
const FIRST_SHARE = 0.5;

/** What the Python twin takes from here. */
export const EDGE = { stepMm: PROFILE_STEP_MM, reachMm: PROFILE_REACH_MM, pullHu: PULL_HU, firstShare: FIRST_SHARE } as const;

/** Where bone ends along a profile. */
export type Edge = {
  readonly atMm: number;
  /** Over 2 mm, of the smoothed profile. Small or negative where nothing ends. */
  readonly fallHu: number;
};

/** Twice [1 4 6 4 1] / 16: a Gaussian of 0.7 mm. The two outermost samples stay. */
function smoothed(profile: Float64Array): Float64Array {
  let from = profile;
  for (let round = 0; round < 2; round += 1) {
    const to = from.slice();
    for (let n = 2; n < from.length - 2; n += 1) {
      to[n] = ((from[n - 2] ?? 0) + 4 * (from[n - 1] ?? 0) + 6 * (from[n] ?? 0) + 4 * (from[n + 1] ?? 0) + (from[n + 2] ?? 0)) / 16;
    }
    from = to;
  }
  return from;
}

/** Of a parabola through three samples, in samples from the middle one; 0 where the middle is no maximum. */
function peakShift(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  if (!(bend < 0) || here < before || here < after) return 0;
  return (0.5 * (before - after)) / bend;
}

function mean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let n = from; n <= to; n += 1) sum += values[n] ?? Number.NaN;
  return sum / (to - from + 1);
}

/**
 * The outer edge of bone along a ray, finer than a sample. A shell thinner than the scan's blur shows as a ridge at its own place, and
 * its steepest fall lies outside of it; a step from spongy bone to disc has its steepest fall at the edge itself. What is seen is
 * between the two, and so is the edge: by the ridge's height over what lies inside, as a share of its height over what lies outside.
 * @param profile HU from inside to outside every {@link PROFILE_STEP_MM}, the first at `startMm`
 * @returns null where the profile leaves the scan near the expected place
 */
export function findEdge(profile: Float64Array, startMm: number, expectedMm: number, windowMm: number, takes: 'steepest' | 'first' = 'steepest'): Edge | null {
  const values = smoothed(profile);
  const low = Math.ceil((expectedMm - windowMm - startMm) / PROFILE_STEP_MM);
  const high = Math.floor((expectedMm + windowMm - startMm) / PROFILE_STEP_MM);
  const fallAt = (n: number): number => (values[n - 2] ?? Number.NaN) - (values[n + 2] ?? Number.NaN);
  let at = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (let n = low; n <= high; n += 1) {
    const off = (startMm + n * PROFILE_STEP_MM - expectedMm) / windowMm;
    const score = fallAt(n) - PULL_HU * off * off;
    if (score > best) {
      best = score;
      at = n;
    }
  }
  if (at < 0) return null;
  if (takes === 'first') {
    const enough = FIRST_SHARE * fallAt(at);
    for (let n = low; n < at; n += 1) {
      if (fallAt(n) >= enough && fallAt(n) >= fallAt(n - 1) && fallAt(n) > fallAt(n + 1)) {
        at = n;
        break;
      }
    }
  }
  const fallHu = fallAt(at);
  const steepest = at + peakShift(fallAt(at - 1), fallHu, fallAt(at + 1));
  let ridge = at - 6;
  for (let n = at - 5; n <= at + 1; n += 1) if ((values[n] ?? 0) > (values[ridge] ?? 0)) ridge = n;
  const top = values[ridge] ?? Number.NaN;
  const ridgeAt = ridge + peakShift(values[ridge - 1] ?? 0, top, values[ridge + 1] ?? 0);
  const outside = mean(values, at + 2, at + 6);
  const inside = mean(values, ridge - 10, ridge - 6);
  const share = top > outside ? Math.min(1, Math.max(0, (top - inside) / (top - outside))) : 0;
  const edge = steepest - share * Math.max(0, steepest - ridgeAt);
  return Number.isFinite(edge) ? { atMm: startMm + edge * PROFILE_STEP_MM, fallHu } : null;
}
