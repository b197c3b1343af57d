import { worldToIndex, type Affine } from '#src/core/geometry/affine.ts';
import type { HuSlice } from './hu-slice.ts';
import { makeProjection, type ProjectionInput } from './projection.ts';
import type { SliceRange } from './stage.ts';
import { greyLine, type DisplayWindow } from './window.ts';

type Triple = readonly [number, number, number];

/** Where the pixels of a picture lie in a volume, in voxels along i, j, k. */
export type PixelGrid = {
  readonly width: number;
  readonly height: number;
  /** The middle of the upper left pixel. */
  readonly first: Triple;
  /** From a pixel to its neighbour on the right, and to the one below. */
  readonly right: Triple;
  readonly down: Triple;
};

/** @param width pixels of the picture that fills the projection's canvas, which is counted in CSS pixels */
export function pixelGridOf(input: ProjectionInput, inverse: Affine, width: number, height: number): PixelGrid {
  const projection = makeProjection(input);
  const indexAt = (x: number, y: number): Triple => worldToIndex(inverse, projection.canvasToWorld(((x + 0.5) / width) * input.size.width, ((y + 0.5) / height) * input.size.height));
  const first = indexAt(0, 0);
  return { width, height, first, right: minus(indexAt(1, 0), first), down: minus(indexAt(0, 1), first) };
}

/** Slices in Hounsfield units, owned by someone else. */
export type PictureSource = {
  readonly sizeVox: Triple;
  readonly sliceAt: (k: number) => HuSlice | null;
  /** Slices outside are not drawn. */
  readonly shown: SliceRange;
};

const BLACK = 0xff000000;
const GREY = 0x00010101;
/** Below this, steps from pixel to pixel stay in one slice: over a screen less than a thousandth of a voxel. */
const LEVEL = 1e-7;
/** Half a voxel belongs to a volume beyond the middles of its outermost voxels. */
const HALF = 0.5;

/**
 * Draws a plane in grey, trilinear between voxels and black outside the volume. A plane of a large screen takes some ten milliseconds: the loop asks for
 * slices and limits by row, not by pixel, wherever the volume allows it.
 * @param out width · height pixels, rows from above; red, green, blue and alpha of a pixel in one number, as a canvas keeps them on any machine of today
 */
export function paintPlane({ sizeVox: [ni, nj], sliceAt, shown }: PictureSource, grid: PixelGrid, window: DisplayWindow, out: Uint32Array): void {
  const { width, height, first, right, down } = grid;
  const [di, dj, dk] = right;
  const [lastI, lastJ] = [ni - 1, nj - 1];
  const { slope, intercept } = greyLine(window);
  const slices: (HuSlice | null)[] = [];
  const slice = (k: number): HuSlice | null => (slices[k - shown.from] ??= sliceAt(k));
  const isLevel = Math.abs(dk) < LEVEL;
  out.fill(BLACK);
  for (let y = 0; y < height; y += 1) {
    const i0 = first[0] + y * down[0];
    const j0 = first[1] + y * down[1];
    const k0 = first[2] + y * down[2];
    const alongI = inside(i0, di, -HALF, lastI + HALF, width);
    const alongJ = inside(j0, dj, -HALF, lastJ + HALF, width);
    const alongK = inside(k0, dk, shown.from - HALF, shown.to + HALF, width);
    const end = Math.min(alongI.end, alongJ.end, alongK.end);
    let below: HuSlice | null = null;
    let above: HuSlice | null = null;
    let fk = 0;
    for (let x = Math.max(alongI.start, alongJ.start, alongK.start), isFirst = true; x < end; x += 1, isFirst = false) {
      if (isFirst || !isLevel) {
        const k = clamp(k0 + x * dk, shown.from, shown.to);
        const low = Math.floor(k);
        fk = k - low;
        below = slice(low);
        above = fk > 0 ? slice(low + 1) : below;
      }
      if (below === null || above === null) continue;
      const i = clamp(i0 + x * di, 0, lastI);
      const j = clamp(j0 + x * dj, 0, lastJ);
      // Never negative, so that cutting off is rounding down.
      const iLow = i | 0;
      const jLow = j | 0;
      const at = jLow * ni + iLow;
      const iStep = iLow < lastI ? 1 : 0;
      const jStep = jLow < lastJ ? ni : 0;
      let value = bilinear(below, at, iStep, jStep, i - iLow, j - jLow);
      if (fk > 0) value += (bilinear(above, at, iStep, jStep, i - iLow, j - jLow) - value) * fk;
      const grey = slope * value + intercept;
      out[y * width + x] = BLACK + GREY * (grey <= 0 ? 0 : grey >= 255 ? 255 : (grey + HALF) | 0);
    }
  }
}

function bilinear(values: HuSlice, at: number, iStep: number, jStep: number, fi: number, fj: number): number {
  const a = values[at] as number;
  const b = values[at + iStep] as number;
  const c = values[at + jStep] as number;
  const d = values[at + jStep + iStep] as number;
  const near = a + (b - a) * fi;
  return near + (c + (d - c) * fi - near) * fj;
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** The pixels of a row whose index `start + x · step` lies between the limits; half-open. */
function inside(start: number, step: number, low: number, high: number, width: number): { readonly start: number; readonly end: number } {
  if (Math.abs(step) < LEVEL) return start >= low && start <= high ? { start: 0, end: width } : { start: 0, end: 0 };
  const [a, b] = [(low - start) / step, (high - start) / step];
  return { start: Math.max(0, Math.ceil(Math.min(a, b))), end: Math.min(width, Math.floor(Math.max(a, b)) + 1) };
}

function minus(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
