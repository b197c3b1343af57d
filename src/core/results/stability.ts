import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { NetworkEstimate } from './level-result.ts';

/** A mark set again by the same or another reader lies within about this of the first. */
export const MOVE_MM = 2;

/** Small moves of a mark along the patient's axes; mm, LPS. */
export const MOVES: readonly (readonly [number, number, number])[] = [
  [MOVE_MM, 0, 0], [-MOVE_MM, 0, 0], [0, MOVE_MM, 0], [0, -MOVE_MM, 0], [0, 0, MOVE_MM], [0, 0, -MOVE_MM],
];

export function movedBy(centreLps: WorldPoint, [x, y, z]: readonly [number, number, number]): WorldPoint {
  return worldPoint(centreLps[0] + x, centreLps[1] + y, centreLps[2] + z);
}

/** What the network says at one moved mark. */
export type MovedAnswer = {
  readonly vbmdMgCm3: number;
  /** Probability of T ≤ −2.5 by device id. */
  readonly osteoporosis: Readonly<Record<string, number>>;
};

export function answerOf(network: NetworkEstimate): MovedAnswer {
  return {
    vbmdMgCm3: network.vbmdMgCm3.value,
    osteoporosis: Object.fromEntries(network.devices.map(({ deviceId, osteoporosis }) => [deviceId, osteoporosis.value])),
  };
}

/** One quantity at the mark itself and at its moves. */
export type Spread = { readonly at: number; readonly moved: readonly number[]; readonly low: number; readonly high: number };

export function spreadOf(at: number, moved: readonly number[]): Spread {
  return { at, moved, low: Math.min(at, ...moved), high: Math.max(at, ...moved) };
}

export type Range = { readonly low: number; readonly high: number };

/** The range that an interval and a spread are drawn over: it holds both, not below zero, and is never so narrow that next to nothing looks like much. */
export function rangeShown(interval: Range, spread: Range, leastSpan: number): Range {
  const [low, high] = [Math.min(interval.low, spread.low), Math.max(interval.high, spread.high)];
  const from = Math.max(0, low - Math.max(0, leastSpan - (high - low)) / 2);
  return { low: from, high: Math.max(high, from + leastSpan) };
}
