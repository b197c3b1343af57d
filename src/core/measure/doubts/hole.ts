import { isInVein, type BodyGrid } from './body-grid.ts';
import { partFrom } from './connected-part.ts';
import { focusOf, median, NOTHING, type Focus } from './focus.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** The evenest part like soft tissue in denser bone, as far as half-way to the body's median; `score`: how clear it is (limits.ts), 0 where there is none. */
export type Hole = Focus & { readonly score: number };

export const NO_HOLE: Hole = { ...NOTHING, score: 0 };

/**
 * @param noiseHu of single samples
 * @param isInRegion samples of the measured region, null without one
 */
export function findHole(grid: BodyGrid, noiseHu: number, isInRegion: Uint8Array | null): Hole {
  const { isKnown, hu, smoothHu, size } = grid;
  const { knownShare, mostHu, floorHu, noiseShare, veinHalfHeightMm } = DOUBT_LIMITS.hole;
  const isUsed = Uint8Array.from(isKnown, (value, n) => (value === 1 && !isInVein(grid, n, veinHalfHeightMm) ? 1 : 0));
  const used = Array.from(isUsed.keys()).filter((n) => isUsed[n] === 1);
  if (used.length === 0) return NO_HOLE;
  const middle = median(used.map((n) => smoothHu[n] ?? 0));
  const ball = ballOffsets();
  let best = { seed: -1, score: 0, meanHu: 0 };
  for (const seed of used) {
    let [count, sum, smooth, squares] = [0, 0, 0, 0];
    for (const n of cellsAt(seed, ball, size)) {
      if (isUsed[n] !== 1) continue;
      const value = smoothHu[n] ?? 0;
      count += 1;
      sum += hu[n] ?? 0;
      smooth += value;
      squares += value * value;
    }
    const meanHu = sum / count;
    if (count < knownShare * ball.length || meanHu >= mostHu) continue;
    const unevenHu = Math.sqrt(Math.max(0, squares / count - (smooth / count) ** 2));
    const score = (middle - meanHu) / (unevenHu + floorHu + noiseShare * noiseHu);
    if (score > best.score) best = { seed, score, meanHu };
  }
  if (best.seed < 0) return NO_HOLE;
  const part = partFrom(best.seed, size, Uint8Array.from(isUsed, (value, n) => (value === 1 && (smoothHu[n] ?? 0) < (best.meanHu + middle) / 2 ? 1 : 0)));
  return { score: best.score, ...focusOf(grid, part, isInRegion) };
}

type Offset = readonly [number, number, number];

function ballOffsets(): readonly Offset[] {
  const { grid: { stepMm }, hole: { radiusMm } } = DOUBT_LIMITS;
  const reach = Math.floor(radiusMm / stepMm);
  const line = Array.from({ length: 2 * reach + 1 }, (_, n) => n - reach);
  const all = line.flatMap((c) => line.flatMap((b) => line.map((a): Offset => [a, b, c])));
  return all.filter((offset) => Math.hypot(...offset) * stepMm <= radiusMm);
}

function* cellsAt(seed: number, offsets: readonly Offset[], [nx, ny, nz]: BodyGrid['size']): Generator<number> {
  const [i, j, k] = [seed % nx, Math.floor(seed / nx) % ny, Math.floor(seed / (nx * ny))];
  for (const [a, b, c] of offsets) {
    if (i + a >= 0 && i + a < nx && j + b >= 0 && j + b < ny && k + c >= 0 && k + c < nz) yield seed + a + nx * (b + ny * c);
  }
}
