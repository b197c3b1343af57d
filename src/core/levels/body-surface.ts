/** Points of a unit body's surface, where body-model.ts looks for evidence. Angles from the patient's left over posterior. */

export const SIDE_ANGLES = 28;
export const SIDE_HEIGHTS = [-0.75, -0.45, -0.15, 0.15, 0.45, 0.75] as const;
/** Waist: the body is narrower between its endplates (domain.md 3.1: 0.88 to 0.92). */
export const SIDE_SCALE = SIDE_HEIGHTS.map((t) => 0.93 + 0.1 * t * t);

export const sideX = new Float64Array(SIDE_ANGLES);
export const sideY = new Float64Array(SIDE_ANGLES);
export const sideNormalX = new Float64Array(SIDE_ANGLES);
export const sideNormalY = new Float64Array(SIDE_ANGLES);
export const sideWeight = new Float64Array(SIDE_ANGLES);
for (let n = 0; n < SIDE_ANGLES; n += 1) {
  const angle = ((n + 0.5) / SIDE_ANGLES) * 2 * Math.PI;
  // The wall to the canal is flatter than an ellipse.
  const power = Math.sin(angle) > 0 ? 3 : 2.2;
  const x = Math.sign(Math.cos(angle)) * Math.abs(Math.cos(angle)) ** (2 / power);
  const y = Math.sign(Math.sin(angle)) * Math.abs(Math.sin(angle)) ** (2 / power);
  sideX[n] = x;
  sideY[n] = y;
  sideNormalX[n] = Math.sign(x) * Math.abs(x) ** (power - 1);
  sideNormalY[n] = Math.sign(y) * Math.abs(y) ** (power - 1);
  // Pedicles and rib heads join at the back corners: no surface to find there.
  sideWeight[n] = y > 0.25 && Math.abs(x) > 0.5 ? 0.25 : 1;
}

type Ring = { readonly radius: number; readonly count: number };
const END_RINGS: readonly Ring[] = [
  { radius: 0, count: 1 },
  { radius: 0.3, count: 6 },
  { radius: 0.55, count: 10 },
  { radius: 0.8, count: 14 },
];
const END_POINTS = END_RINGS.flatMap(({ radius, count }) =>
  Array.from({ length: count }, (_, n) => ({ radius, angle: ((n + 0.5) / count) * 2 * Math.PI })),
);
export const endX = Float64Array.from(END_POINTS, ({ radius, angle }) => radius * Math.cos(angle));
export const endY = Float64Array.from(END_POINTS, ({ radius, angle }) => radius * Math.sin(angle));
/** Endplates are hollow by 1.5 to 3 mm (domain.md 3.1). */
export const endDip = Float64Array.from(END_POINTS, ({ radius }) => 1.5 * (1 - radius * radius));
/** The points of the two inner rings: what lies at one level inside the body. */
export const INNER_POINTS = 7;
