import type { BodyGrid } from './body-grid.ts';

/** Indices of the largest part connected by faces. */
export function largestPart({ size, isKnown }: BodyGrid, isIn: (index: number) => boolean): readonly number[] {
  const isOpen = Uint8Array.from(isKnown, (value, index) => (value === 1 && isIn(index) ? 1 : 0));
  let largest: readonly number[] = [];
  for (const [start, value] of isOpen.entries()) {
    if (value === 0) continue;
    const part = partFrom(start, size, isOpen);
    if (part.length > largest.length) largest = part;
  }
  return largest;
}

/** The part that a sample belongs to. Closes what it walks. */
export function partFrom(start: number, [nx, ny, nz]: BodyGrid['size'], isOpen: Uint8Array): readonly number[] {
  const part = [start];
  isOpen[start] = 0;
  // The list grows while it is walked.
  for (const index of part) {
    const [i, j, k] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    const neighbours = [i > 0 ? index - 1 : -1, i < nx - 1 ? index + 1 : -1, j > 0 ? index - nx : -1, j < ny - 1 ? index + nx : -1, k > 0 ? index - nx * ny : -1, k < nz - 1 ? index + nx * ny : -1];
    for (const next of neighbours) {
      if (next < 0 || isOpen[next] !== 1) continue;
      isOpen[next] = 0;
      part.push(next);
    }
  }
  return part;
}
