import { describe, expect, it } from 'vitest';
import { makeNetworkEstimate } from '#src/testing/synthetic-result.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { answerOf, movedBy, MOVE_MM, MOVES, rangeShown, spreadOf } from './stability.ts';

it('moves both ways along each axis of the patient', () => {
  const centre = worldPoint(3, -70, 412);
  const moved = MOVES.map((move) => movedBy(centre, move));
  expect(moved.map((point) => Math.hypot(...point.map((value, axis) => value - (centre[axis] ?? 0))))).toEqual(MOVES.map(() => MOVE_MM));
  expect(new Set(moved.map(String)).size).toBe(6);
  expect([0, 1, 2].map((axis) => moved.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / 6)).toEqual([3, -70, 412]);
});

it('keeps density and the probability of each scale', () => {
  expect(answerOf(makeNetworkEstimate())).toEqual({ vbmdMgCm3: 97.3, osteoporosis: { hologic: 0.3333, sbmd: 0.29 } });
});

it('spans the mark and its moves', () => {
  expect(spreadOf(97, [101, 99])).toEqual({ at: 97, moved: [101, 99], low: 97, high: 101 });
});

describe('rangeShown', () => {
  it('is at least as wide as asked, never below zero, and as wide as the values', () => {
    expect(rangeShown({ low: 100, high: 106 }, { low: 99, high: 103 }, 40)).toEqual({ low: 82.5, high: 122.5 });
    expect(rangeShown({ low: 2, high: 10 }, { low: 4, high: 6 }, 40)).toEqual({ low: 0, high: 40 });
    expect(rangeShown({ low: 60, high: 130 }, { low: 50, high: 90 }, 40)).toEqual({ low: 50, high: 130 });
  });
});
