const STEPS_MM = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;

/** The longest round length, mm, that is at most `maxPixels` CSS pixels long; never below 1 mm. */
export function scaleBarMm(mmPerPixel: number, maxPixels: number): number {
  const fitting = STEPS_MM.filter((length) => length / mmPerPixel <= maxPixels);
  return fitting.at(-1) ?? STEPS_MM[0];
}
