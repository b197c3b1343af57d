import type { WorldPoint, WorldVector } from '../geometry/spaces.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { crossOf, dotOf, unitOf } from '../geometry/vectors.ts';

/** A body's own axes: unit vectors in LPS at right angles, up × front = left. */
export type BodyFrame = { readonly up: WorldVector; readonly front: WorldVector; readonly left: WorldVector };

/** The frame of an axis whose left is that of `towards`, the patient's where none is given, brought onto the plane across the axis. */
export function frameOfAxis(axis: WorldVector, towards: WorldVector = [1, 0, 0]): BodyFrame {
  const up = unitOf(axis);
  const along = dotOf(towards, up);
  const left = unitOf([towards[0] - along * up[0], towards[1] - along * up[1], towards[2] - along * up[2]]);
  return { up, left, front: crossOf(left, up) };
}

/** A frame turned about its own axis, degrees, positive from its left to its back. */
export function turned({ up, front, left }: BodyFrame, degrees: number): BodyFrame {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return frameOfAxis(up, [cos * left[0] - sin * front[0], cos * left[1] - sin * front[1], cos * left[2] - sin * front[2]]);
}

/** An axis leaning from a frame's `up` by tangents towards its back and its left. */
export function leaning({ up, front, left }: BodyFrame, back: number, toLeft: number): WorldVector {
  return unitOf([0, 1, 2].map((n) => (up[n] ?? 0) - back * (front[n] ?? 0) + toLeft * (left[n] ?? 0)) as unknown as WorldVector);
}

/** The point at x (left), y (back), z (up) mm from an origin in a frame. */
export function pointIn({ up, front, left }: BodyFrame, origin: WorldPoint, x: number, y: number, z: number): WorldPoint {
  return worldPoint(
    origin[0] + x * left[0] - y * front[0] + z * up[0],
    origin[1] + x * left[1] - y * front[1] + z * up[1],
    origin[2] + x * left[2] - y * front[2] + z * up[2],
  );
}
