import type { AxialSlab } from './axial-slab.ts';

/** Fat is the least dense tissue of the trunk's wall; half-way between it and air lies the skin. */
const SKIN_HU = -500;

/** The patient in a slab. All arrays have one entry a cell. */
export type BodyMask = {
  /** 1 where the cell belongs to the patient, gas inside included; the table and the air round it are 0. */
  readonly isBody: Uint8Array;
  /** 1 where the cell is air outside the patient. Cells outside the scan are neither. */
  readonly isAir: Uint8Array;
  /** Distance from the air outside the patient, mm; infinite where the scan shows none. */
  readonly depthMm: Float32Array;
};

/** Separates the patient, who holds the cell `seed`, from the air and the table. */
export function maskBody({ columns, rows, stepMm, meanHu }: AxialSlab, seed: number): BodyMask {
  const isTissue = Uint8Array.from(meanHu, (hu) => (hu > SKIN_HU ? 1 : 0));
  const patient = floodFrom(isTissue, [seed], columns, rows);
  const isOutside = Uint8Array.from(patient, (value) => 1 - value);
  const border: number[] = [];
  for (let n = 0; n < meanHu.length; n += 1) {
    const column = n % columns;
    const isEdge = column === 0 || column === columns - 1 || n < columns || n >= meanHu.length - columns;
    if (isOutside[n] === 1 && (isEdge || Number.isNaN(meanHu[n] ?? Number.NaN))) border.push(n);
  }
  // What is not the patient but closed in by it is lung, bowel gas or a vessel of fat: part of the body.
  const outside = floodFrom(isOutside, border, columns, rows);
  const isAir = Uint8Array.from(outside, (value, n) => (value === 1 && (meanHu[n] ?? Number.NaN) <= SKIN_HU ? 1 : 0));
  return {
    isBody: Uint8Array.from(outside, (value) => 1 - value),
    isAir,
    depthMm: distanceTo(isAir, columns, rows).map((cells) => cells * stepMm),
  };
}

/** Cells of `allowed` that hang together with a start through edges. */
function floodFrom(allowed: Uint8Array, starts: readonly number[], columns: number, rows: number): Uint8Array {
  const reached = new Uint8Array(allowed.length);
  const stack = new Int32Array(allowed.length);
  let height = 0;
  const visit = (cell: number): void => {
    if (allowed[cell] !== 1 || reached[cell] === 1) return;
    reached[cell] = 1;
    stack[height] = cell;
    height += 1;
  };
  for (const start of starts) visit(start);
  while (height > 0) {
    height -= 1;
    const cell = stack[height] ?? 0;
    const column = cell % columns;
    if (column > 0) visit(cell - 1);
    if (column < columns - 1) visit(cell + 1);
    if (cell >= columns) visit(cell - columns);
    if (cell < columns * (rows - 1)) visit(cell + columns);
  }
  return reached;
}

/**
 * Distance to the nearest set cell, cells along the longer axis (chessboard), by two sweeps; infinite where none is set, and in the
 * outermost cells that are not set themselves.
 */
export function distanceTo(isSet: Uint8Array, columns: number, rows: number): Float32Array {
  const distance = new Float32Array(isSet.length).fill(Number.POSITIVE_INFINITY);
  for (let n = 0; n < isSet.length; n += 1) if (isSet[n] === 1) distance[n] = 0;
  const relax = (n: number, side: number): void => {
    const here = distance[n] ?? 0;
    if (here === 0) return;
    const above = n - side * columns;
    distance[n] = Math.min(here, Math.min(distance[n - side] ?? 0, distance[above] ?? 0, distance[above - 1] ?? 0, distance[above + 1] ?? 0) + 1);
  };
  for (let row = 1; row < rows - 1; row += 1) for (let n = row * columns + 1; n < (row + 1) * columns - 1; n += 1) relax(n, 1);
  for (let row = rows - 2; row > 0; row -= 1) for (let n = (row + 1) * columns - 2; n > row * columns; n -= 1) relax(n, -1);
  return distance;
}
