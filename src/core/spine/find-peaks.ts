type Triple = readonly [number, number, number];

/** A place that may be the centre of a vertebral body; continuous indices of the coarse grid. */
export type Peak = { readonly z: number; readonly y: number; readonly x: number; readonly logit: number };

/** A peak below this probability is noise: the chain fills what is missing. */
const LOWEST_PROBABILITY = 0.05;
/** Of two peaks nearer than this only the higher counts; bodies are 16 mm apart and more (spacing-prior.ts), crushed ones 12. */
const NEAREST_MM = 10;
const MOST_PEAKS = 60;

/** log p of a logit, without overflow. */
function logSigmoid(logit: number): number {
  return logit < 0 ? logit - Math.log1p(Math.exp(logit)) : -Math.log1p(Math.exp(-logit));
}

/** Top of the parabola through three values of log p; in cells from the middle one, at most half a cell. */
function parabolaTop(before: number, here: number, after: number): number {
  const [a, b, c] = [logSigmoid(before), logSigmoid(here), logSigmoid(after)];
  const curvature = a - 2 * b + c;
  if (!(curvature < 0)) return 0;
  return Math.max(-0.5, Math.min(0.5, (0.5 * (a - c)) / curvature));
}

/**
 * Local maxima of the heatmap, highest first. The network's target is a Gaussian round each centre, so log p is a parabola at
 * a peak, and its top gives the place between cells.
 * @param logits D·H·W values, x fastest
 */
export function findPeaks(logits: Float32Array, [depth, height, width]: Triple, spacingMm: Triple): readonly Peak[] {
  const lowest = Math.log(LOWEST_PROBABILITY / (1 - LOWEST_PROBABILITY));
  const slice = height * width;
  const peaks: Peak[] = [];
  const at = (index: number): number => logits[index] as number;
  for (let z = 0; z < depth; z += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const index = z * slice + y * width + x;
        const logit = at(index);
        if (!(logit > lowest) || !isHighest(logits, [depth, height, width], z, y, x)) continue;
        const top = (position: number, count: number, stride: number): number =>
          position === 0 || position === count - 1 ? position : position + parabolaTop(at(index - stride), logit, at(index + stride));
        peaks.push({ z: top(z, depth, slice), y: top(y, height, width), x: top(x, width, 1), logit });
      }
    }
  }
  peaks.sort((one, other) => other.logit - one.logit);
  return withoutNear(peaks, spacingMm).slice(0, MOST_PEAKS);
}

function isHighest(logits: Float32Array, [depth, height, width]: Triple, z: number, y: number, x: number): boolean {
  const here = logits[(z * height + y) * width + x] as number;
  for (let dz = -1; dz <= 1; dz += 1) {
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const [nz, ny, nx] = [z + dz, y + dy, x + dx];
        if (nz < 0 || ny < 0 || nx < 0 || nz >= depth || ny >= height || nx >= width) continue;
        const other = logits[(nz * height + ny) * width + nx] as number;
        // Of equal neighbours the first one counts.
        const isBefore = dz < 0 || (dz === 0 && (dy < 0 || (dy === 0 && dx < 0)));
        if (other > here || (isBefore && other === here)) return false;
      }
    }
  }
  return true;
}

function withoutNear(peaks: readonly Peak[], [mmZ, mmY, mmX]: Triple): Peak[] {
  const kept: Peak[] = [];
  for (const peak of peaks) {
    const isFar = kept.every((other) => Math.hypot((peak.z - other.z) * mmZ, (peak.y - other.y) * mmY, (peak.x - other.x) * mmX) >= NEAREST_MM);
    if (isFar) kept.push(peak);
  }
  return kept;
}
