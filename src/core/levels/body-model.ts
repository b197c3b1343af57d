import { GRID_MM, type BodyGrid } from './body-grid.ts';
import {
  endDip, endX, endY, INNER_POINTS, SIDE_ANGLES, SIDE_HEIGHTS, SIDE_SCALE, sideNormalX, sideNormalY, sideWeight, sideX, sideY,
} from './body-surface.ts';

/**
 * A vertebral body as a cylinder tilted in the sagittal plane. Centre relative to the click: x to the left, y posterior,
 * z superior; half axes across (a), front to back (b), along the spine (h); mm. Tilt of the axis in radians, positive
 * when the top lies posterior to the bottom.
 */
export type Body = {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly a: number;
  readonly b: number;
  readonly h: number;
  readonly tilt: number;
};

/** Mean surface evidence in HU, each capped to {@link EVIDENCE_HU}. */
export type BodyEvidence = { readonly sides: number; readonly top: number; readonly bottom: number };

export type BodyScorer = {
  /** Larger is better; HU. `stride` 2 looks at every second point of the surface: twice as quick. */
  score(body: Body, stride: 1 | 2): number;
  evidence(body: Body): BodyEvidence;
};

/** Sizes allowed, mm: half the T10 to L5 endplate widths, depths and heights of domain.md 3.1, with room for both sexes and fractures. */
export const BODY_RANGES = { a: [15, 31], b: [10, 23], h: [7.5, 19], tilt: [-0.6, 0.6] } as const;

/** Where nothing speaks against it: means of the same table over T11 to L5, mm, with generous deviations; flat ones are more often discs. */
export const BODY_PRIOR = { a: 22, b: 15.5, h: 12.5, sdA: 6, sdB: 4, sdH: 4, sdLowH: 2.5, sdTilt: 0.5, widthToDepth: 1.35, sdWidthToDepth: 0.25 } as const;

/** A step from shell to outside counts at most this much, so that one dense facet or a lung does not decide. */
const EVIDENCE_HU = { low: -60, high: 160 } as const;
/** Evidence of a surface point that lies outside the scan: neither for nor against. */
const UNKNOWN_EVIDENCE_HU = 60;
const PRIOR_HU = 3;
/** Cost per unit by which the click lies outside the body, in half axes. */
const CLICK_OUTSIDE_HU = 600;
/** A disc or an endplate inside the cylinder shows as a level unlike the others. */
const LEVEL_RANGE_WEIGHT = 0.25;
const SHELL_DEPTH_MM = 1.2;
/** A thin thoracic disc is 3 to 4 mm high: the nearer sample falls inside it. */
const OUTSIDE_MM = [2.5, 4] as const;

const LEVEL_STEP_MM = 2;
const LEVEL_MARGIN_MM = 4;

function squared(value: number): number {
  return value * value;
}

function priorHu({ a, b, h, tilt }: Body): number {
  const p = BODY_PRIOR;
  const deviation =
    squared((a - p.a) / p.sdA) +
    squared((b - p.b) / p.sdB) +
    squared((h - p.h) / (h < p.h ? p.sdLowH : p.sdH)) +
    squared(tilt / p.sdTilt) +
    squared((a / b - p.widthToDepth) / p.sdWidthToDepth);
  return PRIOR_HU * deviation;
}

/** Zero while the click lies in the body (1 mm of grace aside, 0.5 mm along it). */
function clickOutsideHu({ x, y, z, a, b, h }: Body, cos: number, sin: number): number {
  const depth = -y * cos + z * sin;
  const along = Math.abs(y * sin + z * cos);
  const radius = Math.sqrt(squared(x / (a + 1)) + squared(depth / (b + 1)));
  return CLICK_OUTSIDE_HU * (Math.max(0, radius - 1) + Math.max(0, along / (h + 0.5) - 1));
}

/**
 * How well a body fits the grid round a click: bright shell against what lies outside it, over the whole surface, less
 * what speaks against: unlikely sizes, a click outside the body, a disc or an endplate inside it.
 */
export function makeBodyScorer(grid: BodyGrid): BodyScorer {
  const { values } = grid;
  const [sizeX, sizeY, sizeZ] = grid.size;
  const scale = 1 / GRID_MM;
  const offsetX = sizeX / 2;
  const offsetY = sizeY / 2;
  const offsetZ = sizeZ / 2;

  /** The nearest node; NaN outside the grid. */
  function at(x: number, y: number, z: number): number {
    const i = Math.floor(x * scale + offsetX);
    const j = Math.floor(y * scale + offsetY);
    const k = Math.floor(z * scale + offsetZ);
    if (i < 0 || j < 0 || k < 0 || i >= sizeX || j >= sizeY || k >= sizeZ) return Number.NaN;
    return values[i + sizeX * (j + sizeY * k)] ?? Number.NaN;
  }

  /** Step from the shell at a surface point to what lies outside along the outward normal. */
  function stepHu(x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    const here = at(x, y, z);
    const inside = at(x - SHELL_DEPTH_MM * nx, y - SHELL_DEPTH_MM * ny, z - SHELL_DEPTH_MM * nz);
    const near = at(x + OUTSIDE_MM[0] * nx, y + OUTSIDE_MM[0] * ny, z + OUTSIDE_MM[0] * nz);
    const far = at(x + OUTSIDE_MM[1] * nx, y + OUTSIDE_MM[1] * ny, z + OUTSIDE_MM[1] * nz);
    const step = (here > inside ? here : inside) - (near < far ? near : far);
    if (step !== step) return UNKNOWN_EVIDENCE_HU;
    if (step > EVIDENCE_HU.high) return EVIDENCE_HU.high;
    return step < EVIDENCE_HU.low ? EVIDENCE_HU.low : step;
  }

  function sidesHu({ x, y, z, a, b, h }: Body, cos: number, sin: number, stride: 1 | 2): number {
    let sum = 0;
    let weights = 0;
    for (let n = 0; n < SIDE_ANGLES; n += stride) {
      const gx = (sideNormalX[n] ?? 0) / a;
      const gy = (sideNormalY[n] ?? 0) / b;
      const length = Math.sqrt(gx * gx + gy * gy);
      const nx = gx / length;
      const nv = gy / length;
      const weight = sideWeight[n] ?? 0;
      for (let level = 0; level < SIDE_HEIGHTS.length; level += 1) {
        const waist = SIDE_SCALE[level] ?? 1;
        const across = (sideX[n] ?? 0) * a * waist;
        const back = (sideY[n] ?? 0) * b * waist;
        const up = (SIDE_HEIGHTS[level] ?? 0) * h;
        sum += weight * stepHu(x + across, y + back * cos + up * sin, z - back * sin + up * cos, nx, nv * cos, -nv * sin);
        weights += weight;
      }
    }
    return sum / weights;
  }

  function endHu({ x, y, z, a, b, h }: Body, cos: number, sin: number, sign: 1 | -1, stride: 1 | 2): number {
    let sum = 0;
    let count = 0;
    for (let n = 0; n < endX.length; n += stride) {
      const back = (endY[n] ?? 0) * b;
      const up = sign * (h - (endDip[n] ?? 0));
      sum += stepHu(x + (endX[n] ?? 0) * a, y + back * cos + up * sin, z - back * sin + up * cos, 0, sign * sin, sign * cos);
      count += 1;
    }
    return sum / count;
  }

  /** Largest less smallest mean of the levels inside the body, away from its endplates. */
  function levelRangeHu({ x, y, z, a, b, h }: Body, cos: number, sin: number): number {
    const reach = Math.max(0, h - LEVEL_MARGIN_MM);
    const steps = Math.max(1, Math.round(reach / LEVEL_STEP_MM));
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let level = -steps; level <= steps; level += 1) {
      const up = (level / steps) * reach;
      let sum = 0;
      for (let n = 0; n < INNER_POINTS; n += 1) {
        const back = 1.6 * (endY[n] ?? 0) * b;
        sum += at(x + 1.6 * (endX[n] ?? 0) * a, y + back * cos + up * sin, z - back * sin + up * cos);
      }
      const mean = sum / INNER_POINTS;
      if (mean < lowest) lowest = mean;
      if (mean > highest) highest = mean;
    }
    return highest > lowest ? highest - lowest : 0;
  }

  return {
    score(body, stride) {
      const cos = Math.cos(body.tilt);
      const sin = Math.sin(body.tilt);
      const against = priorHu(body) + clickOutsideHu(body, cos, sin) + LEVEL_RANGE_WEIGHT * levelRangeHu(body, cos, sin);
      const ends = 0.5 * (endHu(body, cos, sin, 1, stride) + endHu(body, cos, sin, -1, stride));
      return 0.5 * (sidesHu(body, cos, sin, stride) + ends) - against;
    },
    evidence(body) {
      const cos = Math.cos(body.tilt);
      const sin = Math.sin(body.tilt);
      return {
        sides: sidesHu(body, cos, sin, 1),
        top: endHu(body, cos, sin, 1, 1),
        bottom: endHu(body, cos, sin, -1, 1),
      };
    },
  };
}
