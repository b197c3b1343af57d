import type { WorldVector } from './spaces.ts';

export function dotOf(a: WorldVector, b: WorldVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function crossOf(a: WorldVector, b: WorldVector): WorldVector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** The vector at length 1. Throws a RangeError for the zero vector. */
export function unitOf(v: WorldVector): WorldVector {
  const length = Math.sqrt(dotOf(v, v));
  if (!(length > 0)) throw new RangeError('The zero vector has no direction.');
  return [v[0] / length, v[1] / length, v[2] / length];
}
