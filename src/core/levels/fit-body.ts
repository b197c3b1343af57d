import type { BodyGrid } from './body-grid.ts';
import { BODY_PRIOR, BODY_RANGES, makeBodyScorer, type Body, type BodyEvidence } from './body-model.ts';

export type BodyFit = { readonly body: Body; readonly scoreHu: number; readonly evidence: BodyEvidence };

/** The centre moves no further than this from the click: a body's corner is nearer to its own centre than to the next body's. */
export const MAX_MOVE_MM = 17;

const START_X_MM = [-9, -6, -3, 0, 3, 6, 9] as const;
const START_Y_MM = [-10, -6, -2, 2, 6, 10] as const;
const START_Z_MM = [-8, -4, 0, 4, 8] as const;
const START_TILT = 0.05;
const OTHER_TILTS = [-0.25, 0.3] as const;
/** A small thoracic body, mm. */
const SMALL_START = { a: 18, b: 14, h: 11.5 } as const;
const CLIMBED_STARTS = 16;
const KEPT_STARTS = 5;

type Move = (body: Body, step: number) => Body;

/** Moves of the search: the whole body, one face with its opposite held, the width, the tilt. */
const MOVES: readonly Move[] = [1, -1].flatMap((sign): Move[] => [
  (p, step) => ({ ...p, z: p.z + sign * step }),
  (p, step) => ({ ...p, y: p.y + sign * step }),
  (p, step) => ({ ...p, x: p.x + sign * step }),
  (p, step) => ({ ...p, h: p.h + 0.5 * sign * step, z: p.z + 0.5 * step }),
  (p, step) => ({ ...p, h: p.h + 0.5 * sign * step, z: p.z - 0.5 * step }),
  (p, step) => ({ ...p, b: p.b + 0.5 * sign * step, y: p.y + 0.5 * step }),
  (p, step) => ({ ...p, b: p.b + 0.5 * sign * step, y: p.y - 0.5 * step }),
  (p, step) => ({ ...p, a: p.a + 0.5 * sign * step, x: p.x + 0.5 * step }),
  (p, step) => ({ ...p, a: p.a + 0.5 * sign * step, x: p.x - 0.5 * step }),
  (p, step) => ({ ...p, tilt: p.tilt + 0.06 * sign * step }),
]);

function within(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high;
}

function isAllowed(body: Body): boolean {
  return (
    within(body.a, BODY_RANGES.a) &&
    within(body.b, BODY_RANGES.b) &&
    within(body.h, BODY_RANGES.h) &&
    within(body.tilt, BODY_RANGES.tilt) &&
    Math.hypot(body.x, body.y, body.z) <= MAX_MOVE_MM
  );
}

type Candidate = { readonly body: Body; readonly score: number };

/** Takes each move that helps, round after round, until none does. */
function climb(start: Candidate, step: number, rounds: number, score: (body: Body) => number): Candidate {
  let best = start;
  for (let round = 0; round < rounds; round += 1) {
    const before = best;
    for (const move of MOVES) {
      const body = move(best.body, step);
      if (!isAllowed(body)) continue;
      const value = score(body);
      if (value > best.score) best = { body, score: value };
    }
    if (best === before) break;
  }
  return best;
}

function best(candidates: readonly Candidate[], count: number): readonly Candidate[] {
  return candidates.toSorted((one, other) => other.score - one.score).slice(0, count);
}

/** The best body round the click, coarse to fine from several starts. The grid is centred on the click. */
export function fitBody(grid: BodyGrid): BodyFit {
  const scorer = makeBodyScorer(grid);
  const coarse = (body: Body): number => scorer.score(body, 2);
  const fine = (body: Body): number => scorer.score(body, 1);
  const { a, b, h } = BODY_PRIOR;
  const starts: Candidate[] = [];
  for (const z of START_Z_MM) {
    for (const y of START_Y_MM) {
      const level = START_X_MM.map((x) => ({ x, y, z, a, b, h, tilt: START_TILT })).filter((body) => isAllowed(body));
      // One from each place, so that a good wrong place cannot crowd out the right one.
      const [first] = best(level.map((body) => ({ body, score: coarse(body) })), 1);
      if (first === undefined) continue;
      const variants = [...OTHER_TILTS.map((tilt) => ({ ...first.body, tilt })), { ...first.body, ...SMALL_START }];
      starts.push(...best([first, ...variants.map((body) => ({ body, score: coarse(body) }))], 1));
    }
  }
  const climbed = best(starts, CLIMBED_STARTS).map((start) => climb(start, 3, 3, coarse));
  const [first = climbed[0]] = best(best(climbed, KEPT_STARTS).map((start) => climb(start, 1.5, 4, coarse)), 1);
  if (first === undefined) throw new Error('No start is allowed.');
  const refined = [1.5, 0.75].reduce(
    (candidate, step) => climb(candidate, step, 4, fine),
    { body: first.body, score: fine(first.body) },
  );
  return { body: refined.body, scoreHu: refined.score, evidence: scorer.evidence(refined.body) };
}
