import { describe, expect, test } from 'vitest';
import { makeSyntheticVolume, type SyntheticGrid } from '#src/testing/synthetic-volume.ts';
import { worldPoint, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import { makeSpineCurve } from './spine-curve.ts';
import { layOutSheet, onSheet, OUTSIDE_SHEET_HU, sampleRows, toSheet, type Sheet, type SheetSide } from './straightened-sheet.ts';

/** An arc in a plane that is neither sagittal nor coronal, bent to the patient's back and right. */
const RADIUS_MM = 160;
const HALF_ANGLE = 0.42;
const [CX, CY, CZ] = [-61.5, 77, -318];
/** From the arc's centre to its middle: front and left. */
const OUT: WorldVector = [Math.sin(0.5), -Math.cos(0.5), 0];
const TUBE_MM = 9;
/** A new band begins every so many mm along the arc. */
const BAND_MM = 16;

function onArc(angle: number): WorldPoint {
  const [c, s] = [RADIUS_MM * Math.cos(angle), RADIUS_MM * Math.sin(angle)];
  return worldPoint(CX + c * OUT[0], CY + c * OUT[1], CZ - s);
}

/** A tube round the arc, in 40 HU: of one value, or in bands of 300 and 700 HU along it. */
function tubeHu(x: number, y: number, z: number, hasBands: boolean): number {
  const [dx, dy, dz] = [x - CX, y - CY, z - CZ];
  const out = dx * OUT[0] + dy * OUT[1];
  const side = dx * OUT[1] - dy * OUT[0];
  const radius = Math.hypot(out, dz);
  const angle = Math.atan2(-dz, out);
  if (Math.abs(angle) > HALF_ANGLE + 0.1) return 40;
  if (Math.hypot(radius - RADIUS_MM, side) > TUBE_MM) return 40;
  return hasBands && Math.floor((angle * RADIUS_MM) / BAND_MM) % 2 === 0 ? 300 : 700;
}

const [c, s] = [Math.cos(0.31), Math.sin(0.31)];
/** Oblique, anisotropic, offset; slices rise towards the feet. */
const GRID: SyntheticGrid = {
  sizeVox: [121, 101, 99],
  spacingMm: [0.9, 1.1, 2.3],
  origin: worldPoint(-19.4, -132.3, -205.3),
  directions: [[c, s, 0], [-s, c, 0], [0, 0, -1]],
};
const PLAIN = makeSyntheticVolume((x, y, z) => tubeHu(x, y, z, false), GRID);
const BANDED = makeSyntheticVolume((x, y, z) => tubeHu(x, y, z, true), GRID);

function straightened(side: SheetSide, offsetMm = 0, volume = PLAIN): { readonly sheet: Sheet; readonly hu: Int16Array } {
  const curve = makeSpineCurve([-1, -0.5, 0, 0.5, 1].map((share) => onArc(share * HALF_ANGLE)));
  if (curve === null) throw new Error('No curve.');
  const sheet = layOutSheet(volume, curve, side, offsetMm);
  const hu = new Int16Array(sheet.columns * sheet.rows).fill(-9999);
  for (let row = 0; row < sheet.rows; row += 24) sampleRows(volume, sheet, row, Math.min(sheet.rows, row + 24), hu);
  return { sheet, hu };
}

/** The tube in one row: its centre of gravity to the right of the curve, and its width; mm. */
function tubeIn({ sheet, hu }: ReturnType<typeof straightened>, row: number): { readonly middleMm: number; readonly widthMm: number } {
  const above = Array.from(hu.subarray(row * sheet.columns, (row + 1) * sheet.columns), (value) => Math.max(0, value - 40));
  const all = above.reduce((sum, value) => sum + value, 0);
  const middle = above.reduce((sum, value, column) => sum + value * column, 0) / all;
  return { middleMm: (middle - (sheet.columns - 1) / 2) * sheet.stepMm, widthMm: above.filter((value) => value > 130).length * sheet.stepMm };
}

describe('a straightened sheet', () => {
  test('should show a bent tube straight and as wide as it is, on both sides', () => {
    for (const side of ['sagittal', 'coronal'] as const) {
      const got = straightened(side);
      const rows = Math.floor((2 * HALF_ANGLE * RADIUS_MM) / got.sheet.stepMm);
      const first = Math.round(30 / got.sheet.stepMm);
      for (let row = first; row < first + rows; row += 1) {
        const { middleMm, widthMm } = tubeIn(got, row);
        // The spline does not know the arc between its points: 0.4 mm near its ends.
        expect(Math.abs(middleMm), `${side}, row ${row}`).toBeLessThan(0.8);
        expect(Math.abs(widthMm - 2 * TUBE_MM), `${side}, row ${row}`).toBeLessThan(2.5);
      }
    }
  });

  test('should keep lengths along the curve within 1 %', () => {
    const { sheet, hu } = straightened('sagittal', 0, BANDED);
    const middle = (sheet.columns - 1) / 2;
    const value = (row: number): number => hu[row * sheet.columns + middle] ?? 0;
    const changes: number[] = [];
    for (let row = Math.round(32 / sheet.stepMm); row < sheet.rows - Math.round(32 / sheet.stepMm); row += 1) {
      const [here, next] = [value(row) - 500, value(row + 1) - 500];
      if (here < 0 !== next < 0) changes.push((row + here / (here - next)) * sheet.stepMm);
    }
    expect(changes).toHaveLength(9);
    const wholeMm = (changes.at(-1) ?? 0) - (changes[0] ?? 0);
    expect(Math.abs(wholeMm / (8 * BAND_MM) - 1)).toBeLessThan(0.01);
    // Each change is known to half a slice of 2.3 mm.
    changes.forEach((place, n) => expect(Math.abs(place - (changes[0] ?? 0) - n * BAND_MM), `band ${n}`).toBeLessThan(1.15));
  });

  test('should have the patient’s front on its left, and on the coronal side the patient’s right', () => {
    const curve = makeSpineCurve([-1, 0, 1].map((share) => onArc(share * HALF_ANGLE)));
    if (curve === null) throw new Error('No curve.');
    const middle = curve.toWorld({ alongMm: curve.lengthMm / 2, frontMm: 0, leftMm: 0 });
    const anterior = toSheet({ side: 'sagittal', offsetMm: 0 }, curve.toCurve(worldPoint(middle[0], middle[1] - 20, middle[2])));
    expect(anterior.rightMm).toBeCloseTo(-20, 0);
    const right = toSheet({ side: 'coronal', offsetMm: 0 }, curve.toCurve(worldPoint(middle[0] - 20, middle[1], middle[2])));
    expect(right.rightMm).toBeCloseTo(-20, 0);
    const behind = toSheet({ side: 'coronal', offsetMm: 5 }, curve.toCurve(worldPoint(middle[0], middle[1] + 20, middle[2])));
    expect(behind.besideMm).toBeCloseTo(15, 0);
  });

  test('should take points there and back', () => {
    for (const at of [{ side: 'sagittal', offsetMm: -7 }, { side: 'coronal', offsetMm: 11 }] as const) {
      expect(toSheet(at, onSheet(at, 13, 57))).toEqual({ rightMm: 13, alongMm: 57, besideMm: 0 });
    }
  });

  test('should leave the tube where it is stepped beside it, and be black outside the scan', () => {
    const beside = straightened('sagittal', 2 * TUBE_MM);
    expect(Math.max(...beside.hu)).toBe(40);
    expect(beside.hu).not.toContain(-9999);
    // 80 mm to the front and back is more than the scan has.
    const through = straightened('sagittal');
    expect(through.hu[0]).toBe(OUTSIDE_SHEET_HU);
    expect(through.hu.filter((value) => value === OUTSIDE_SHEET_HU).length).toBeLessThan(through.hu.length * 0.6);
  });
});
