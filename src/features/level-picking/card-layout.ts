/** Where a card wants to be, and where it goes so that no two overlap; CSS pixels. */
export type Wanted = { readonly key: string; readonly y: number };

/**
 * Spreads cards along a margin: order is kept, neighbours stay `gap` apart (centre to centre), each as near to its wish as that allows,
 * all between `top` and `bottom` where they fit.
 */
export function spreadCards(wanted: readonly Wanted[], gap: number, top: number, bottom: number): ReadonlyMap<string, number> {
  const sorted = [...wanted].sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  for (const { y } of sorted) {
    const previous = placed.at(-1);
    placed.push(previous === undefined ? Math.max(top, y) : Math.max(previous + gap, y));
  }
  let limit = bottom;
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    const y = Math.min(placed[index] ?? limit, limit);
    placed[index] = y;
    limit = y - gap;
  }
  return new Map(sorted.map(({ key }, index) => [key, placed[index] ?? 0]));
}
