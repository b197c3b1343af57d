import type { AxialSlab } from '../axial-slab.ts';
import { cellsWithin } from '../axial-slab.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** Dark and bright bands that fan out from metal in the slices of a body. */
export type Streaks = {
  /** From the body's centre, in the plane. */
  readonly metalMm: number;
  /** Variance between rays from the metal over that expected by chance: 1 without streaks. */
  readonly ratio: number;
  /** SD between rays, in soft tissue beside the body; without the chance. */
  readonly hu: number;
};

type Place = { readonly column: number; readonly row: number };

/**
 * Looks along rays from each of the largest pieces of metal in the slab: tissue differs from ray to ray only where streaks run.
 * Null where there is no metal, or too little soft tissue to tell.
 * @param body cell of the body's centre
 */
export function findStreaks(slab: AxialSlab, body: Place): Streaks | null {
  const metals = metalPieces(slab).toSorted((one, other) => other.length - one.length).slice(0, DOUBT_LIMITS.streaks.mostMetals);
  if (metals.length === 0) return null;
  const excess = excessOfSoftTissue(slab, body);
  const found = metals.flatMap((cells) => streaksFrom(centreOf(cells, slab.columns), body, slab, excess) ?? []);
  return found.toSorted((one, other) => other.ratio - one.ratio)[0] ?? null;
}

/** Cells of each piece of metal in any plane, connected by edges. */
function metalPieces({ columns, rows, planesHu }: AxialSlab): readonly (readonly number[])[] {
  const isOpen = new Uint8Array(columns * rows);
  for (const plane of planesHu) plane.forEach((hu, n) => { if (hu > DOUBT_LIMITS.metal.aboveHu) isOpen[n] = 1; });
  const pieces: (readonly number[])[] = [];
  for (const [start, value] of isOpen.entries()) {
    if (value === 0) continue;
    const piece = [start];
    isOpen[start] = 0;
    // The list grows while it is walked.
    for (const n of piece) {
      const column = n % columns;
      for (const next of [column > 0 ? n - 1 : -1, column < columns - 1 ? n + 1 : -1, n - columns, n + columns]) {
        if (isOpen[next] !== 1) continue;
        isOpen[next] = 0;
        piece.push(next);
      }
    }
    pieces.push(piece);
  }
  return pieces;
}

function centreOf(cells: readonly number[], columns: number): Place {
  const mean = (valueOf: (cell: number) => number): number => cells.reduce((sum, cell) => sum + valueOf(cell), 0) / cells.length;
  return { column: mean((cell) => cell % columns), row: mean((cell) => Math.floor(cell / columns)) };
}

/** HU of soft tissue round the body over that of its neighbourhood, by cell: fat septa and organs go, rays stay. */
function excessOfSoftTissue(slab: AxialSlab, body: Place): ReadonlyMap<number, number> {
  const { columns, rows, stepMm, meanHu } = slab;
  const { softHu, reachMm, boxCells } = DOUBT_LIMITS.streaks;
  const isSoft = cellsWithin(slab, softHu);
  const half = Math.floor(boxCells / 2);
  const excess = new Map<number, number>();
  const isUsed = (column: number, row: number): boolean =>
    isSoft[row * columns + column] === 1 && Math.hypot(column - body.column, row - body.row) * stepMm < reachMm;
  for (let row = half; row < rows - half; row += 1) {
    for (let column = half; column < columns - half; column += 1) {
      if (!isUsed(column, row)) continue;
      let [sum, count] = [0, 0];
      for (let r = row - half; r <= row + half; r += 1) {
        for (let c = column - half; c <= column + half; c += 1) {
          if (!isUsed(c, r)) continue;
          sum += meanHu[r * columns + c] ?? 0;
          count += 1;
        }
      }
      excess.set(row * columns + column, (meanHu[row * columns + column] ?? 0) - sum / count);
    }
  }
  return excess;
}

function streaksFrom(metal: Place, body: Place, { columns, stepMm }: AxialSlab, excess: ReadonlyMap<number, number>): Streaks | null {
  const { rays, awayMm, leastCells, leastRays } = DOUBT_LIMITS.streaks;
  const [counts, sums, squares] = [new Float64Array(rays), new Float64Array(rays), new Float64Array(rays)];
  for (const [cell, hu] of excess) {
    const [x, y] = [(cell % columns) - metal.column, Math.floor(cell / columns) - metal.row];
    if (Math.hypot(x, y) * stepMm <= awayMm) continue;
    const ray = Math.floor(((Math.atan2(y, x) + Math.PI) / (2 * Math.PI)) * rays) % rays;
    counts[ray] = (counts[ray] ?? 0) + 1;
    sums[ray] = (sums[ray] ?? 0) + hu;
    squares[ray] = (squares[ray] ?? 0) + hu * hu;
  }
  let [between, chance, used] = [0, 0, 0];
  counts.forEach((count, ray) => {
    if (count < leastCells) return;
    const mean = (sums[ray] ?? 0) / count;
    between += mean * mean;
    chance += ((squares[ray] ?? 0) - count * mean * mean) / (count - 1) / count;
    used += 1;
  });
  if (used < leastRays || chance === 0) return null;
  return {
    metalMm: Math.hypot(metal.column - body.column, metal.row - body.row) * stepMm,
    ratio: between / chance,
    hu: Math.sqrt(Math.max(0, between - chance) / used),
  };
}
