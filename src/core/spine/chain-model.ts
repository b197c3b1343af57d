import { distanceMm, type WorldPoint } from '../geometry/spaces.ts';
import { VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import { ANGLE_SD, CENTRE_SD_MM, DISTANCE_SD_SHARE, NAMED_STEPS, SACRUM_SD_MM } from '../levels/spine-statistics.ts';

/** A place on the spine with what the network says of its name. */
export type ChainNode = {
  readonly centreLps: WorldPoint;
  /** Of the heatmap; for a place that the chain demands and the network did not mark, the heatmap's value there. */
  readonly logit: number;
  readonly isFilled: boolean;
  /** Log odds of each name against no knowledge, in the order of VERTEBRAE. */
  readonly nameEvidence: Float64Array;
};

/** From one vertebra to a later one, over the names between them that are missing. Indices into VERTEBRAE. */
export type NamedPath = {
  readonly from: number;
  readonly to: number;
  readonly missing: readonly number[];
  /** Of each step, mm. */
  readonly meansMm: readonly number[];
  readonly logPrior: number;
};

/** Log of how often the network misses a vertebra between two that it finds. */
export const MISSED = -3.5;

/** This many vertebrae in a row may be missing between two that the network marked. */
const MOST_MISSING = 2;
/** Distances are spread over about this much when they are not those of neighbouring bodies, mm. */
const CHANCE_RANGE_MM = 60;
/** A pair of neighbours so unlike the model speaks against a chain at most this much: a crushed vertebra is still a vertebra. */
const LOWEST_STEP = -7;

function indexOf(name: VertebraName): number {
  return VERTEBRAE.indexOf(name);
}

function pathsFrom(name: VertebraName): readonly NamedPath[] {
  const from = indexOf(name);
  const paths: NamedPath[] = [];
  let ends: readonly { readonly at: VertebraName; readonly path: Omit<NamedPath, 'to'> }[] = [{ at: name, path: { from, missing: [], meansMm: [], logPrior: 0 } }];
  for (let missing = 0; missing <= MOST_MISSING; missing += 1) {
    ends = ends.flatMap(({ at, path }) =>
      NAMED_STEPS.filter((step) => step.from === at).map((step) => ({
        at: step.to,
        path: {
          from,
          missing: missing === 0 ? [] : [...path.missing, indexOf(at)],
          meansMm: [...path.meansMm, step.meanMm],
          logPrior: path.logPrior + step.logPrior,
        },
      })));
    paths.push(...ends.map(({ at, path }) => ({ ...path, to: indexOf(at) })));
  }
  return paths;
}

/** Every way from one name to a later one with at most {@link MOST_MISSING} names left out. */
export const NAMED_PATHS: readonly NamedPath[] = VERTEBRAE.flatMap(pathsFrom);

const SACRUM = indexOf('S1');

/**
 * How much more likely the way from one centre to the next is on this path than by chance; natural log.
 * @param scale the person's distances over the mean
 */
export function stepEvidence(upper: WorldPoint, lower: WorldPoint, path: NamedPath, scale: number): number {
  const distance = distanceMm(upper, lower);
  const mean = path.meansMm.reduce((sum, mm) => sum + mm * scale, 0);
  const within = path.meansMm.reduce((sum, mm) => sum + (mm * scale * DISTANCE_SD_SHARE) ** 2, 0);
  const sd = Math.sqrt(within + (path.to === SACRUM ? SACRUM_SD_MM : CENTRE_SD_MM) ** 2);
  const byDistance = Math.log(CHANCE_RANGE_MM / (sd * Math.sqrt(2 * Math.PI))) - 0.5 * ((distance - mean) / sd) ** 2;
  const angle = Math.acos(Math.max(-1, Math.min(1, (upper[2] - lower[2]) / distance)));
  const evidence = byDistance - 0.5 * (angle / ANGLE_SD) ** 2;
  // Where a body is missing there must be room for it.
  return path.missing.length === 0 ? Math.max(LOWEST_STEP, evidence) : evidence;
}
