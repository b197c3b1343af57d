import { expect, it } from 'vitest';
import { worldPoint } from '../geometry/spaces.ts';
import { cellsOnPlane, type ActivationMap } from './activation-map.ts';

/** 2 cells right to left of 10 mm, 3 front to back of 8 mm, 2 feet to head of 6 mm. */
const map: ActivationMap = {
  centreLps: worldPoint(100, -40, 700), size: [2, 3, 2], cellMm: [10, 8, 6],
  values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12],
};

it('gives the layer that a plane cuts, with corners in the patient', () => {
  const left = cellsOnPlane(map, 0, 101);
  expect(left.map(({ share }) => share * 12).map(Math.round)).toEqual([2, 4, 6, 8, 10, -12]);
  expect([left[0]?.from, left[0]?.to]).toEqual([[100, -52, 694], [110, -44, 700]]);
  const front = cellsOnPlane(map, 1, -51);
  expect(front.map(({ share }) => Math.round(share * 12))).toEqual([1, 2, 7, 8]);
  const upper = cellsOnPlane(map, 2, 705.9);
  expect(upper.map(({ share }) => Math.round(share * 12))).toEqual([7, 8, 9, 10, 11, -12]);
});

it('gives nothing where the plane passes the patch', () => {
  expect(cellsOnPlane(map, 2, 706.1)).toEqual([]);
  expect(cellsOnPlane(map, 0, 89.9)).toEqual([]);
});

it('does not divide by zero where the map is empty of activation', () => {
  expect(cellsOnPlane({ ...map, values: map.values.map(() => 0) }, 2, 699).every(({ share }) => share === 0)).toBe(true);
});
