import type { WorldPoint } from '../geometry/spaces.ts';
import type { BlockSampler } from '../volume/sample-block.ts';
import { pointIn, type BodyFrame } from './body-frame.ts';
import type { BodyOutline } from './body-walls.ts';

/** Heights over which the picture across the axis is averaged, shares of the half height: pedicles above, the arch below. */
const HEIGHTS = [-0.5, 0, 0.5] as const;
/** Pairs of places mirrored at the plane that is tried: so far to the side, and so far behind the body's middle; mm. */
const SIDE_MM = { from: 2, to: 30, step: 2 } as const;
const BACK_MM = { from: -6, to: 50, step: 2 } as const;
/** Cells of the picture, mm. */
const CELL_MM = 1.5;
/** Turns tried, degrees, finer round the best. A scoliotic apex of the lower spine seldom turns by more (estimate). */
const TURN_DEG = { most: 36, step: 3, finer: 1 } as const;
/** What a turn of `sdDeg` costs, in the unit of {@link unlikeAt}; it grows with the square. */
const PRIOR = { sdDeg: 20, costs: 0.01 } as const;
/** Denser than this is bone, whatever it is; HU. */
const HARDEST_HU = 500;
/** Least share of the pairs inside the scan, and most that the halves may differ, where a turn is believed. */
const BELIEVED = { inside: 0.6, unlike: 0.5 } as const;

/** What the Python twin takes from here. */
export const TURN = {
  heights: HEIGHTS, sideMm: SIDE_MM, backMm: BACK_MM, cellMm: CELL_MM, turnDeg: TURN_DEG, prior: PRIOR, hardestHu: HARDEST_HU, believed: BELIEVED,
} as const;

/** Mean HU over the heights, seen along the axis: cells from (-reach, -reach) round the body's middle, x to the left fastest, y to the back. */
type Picture = { readonly side: number; readonly reach: number; readonly hu: Float64Array };

function pictureOf(sample: BlockSampler, frame: BodyFrame, origin: WorldPoint, outline: BodyOutline, halfHeight: number): Picture {
  const reach = Math.ceil(Math.hypot(SIDE_MM.to, BACK_MM.to) / CELL_MM);
  const side = 2 * reach + 1;
  const hu = new Float64Array(side * side);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const [x, y] = [(column - reach) * CELL_MM, (row - reach) * CELL_MM];
      let sum = 0;
      for (const height of HEIGHTS) {
        const [px, py, pz] = pointIn(frame, origin, outline.x + x, outline.y + y, height * halfHeight);
        sum += Math.min(HARDEST_HU, sample(px, py, pz));
      }
      hu[row * side + column] = sum / HEIGHTS.length;
    }
  }
  return { side, reach, hu };
}

function readPicture({ side, reach, hu }: Picture, x: number, y: number): number {
  const [column, row] = [x / CELL_MM + reach, y / CELL_MM + reach];
  const [i, j] = [Math.floor(column), Math.floor(row)];
  const [fx, fy] = [column - i, row - j];
  const at = (r: number, c: number): number => hu[r * side + c] ?? Number.NaN;
  return (at(j, i) * (1 - fx) + at(j, i + 1) * fx) * (1 - fy) + (at(j + 1, i) * (1 - fx) + at(j + 1, i + 1) * fx) * fy;
}

/** How unlike the halves on both sides of a plane through the middle are: 0 where they mirror each other, 1 where they have nothing in common. */
function unlikeAt(picture: Picture, degrees: number): number {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  let [count, pairs, difference, sum, squares] = [0, 0, 0, 0, 0];
  for (let back = BACK_MM.from; back <= BACK_MM.to; back += BACK_MM.step) {
    for (let side = SIDE_MM.from; side <= SIDE_MM.to; side += SIDE_MM.step) {
      pairs += 1;
      const one = readPicture(picture, side * cos - back * sin, side * sin + back * cos);
      const other = readPicture(picture, -side * cos - back * sin, -side * sin + back * cos);
      const off = one - other;
      if (Number.isNaN(off)) continue;
      count += 1;
      difference += off * off;
      sum += one + other;
      squares += one * one + other * other;
    }
  }
  if (count < BELIEVED.inside * pairs) return Number.NaN;
  return difference / Math.max(1e-9, squares - (sum * sum) / (2 * count));
}

/**
 * How far a vertebra is turned about its axis, degrees, positive from the patient's left to the back: its halves mirror each other, most of all
 * pedicles, arch and spinous process. 0 where the scan leaves too much out or no turn makes the halves alike.
 */
export function findTurn(sample: BlockSampler, frame: BodyFrame, origin: WorldPoint, outline: BodyOutline, halfHeight: number): number {
  const picture = pictureOf(sample, frame, origin, outline, halfHeight);
  let best = { degrees: 0, cost: Number.POSITIVE_INFINITY, unlike: Number.POSITIVE_INFINITY };
  const look = (degrees: number): void => {
    const unlike = unlikeAt(picture, degrees);
    const cost = unlike + PRIOR.costs * (degrees / PRIOR.sdDeg) ** 2;
    if (cost < best.cost) best = { degrees, cost, unlike };
  };
  for (let degrees = -TURN_DEG.most; degrees <= TURN_DEG.most; degrees += TURN_DEG.step) look(degrees);
  const coarse = best.degrees;
  for (let off = -TURN_DEG.step + TURN_DEG.finer; off < TURN_DEG.step; off += TURN_DEG.finer) look(coarse + off);
  return best.unlike <= BELIEVED.unlike ? best.degrees : 0;
}
