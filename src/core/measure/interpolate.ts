/** The value at `x` of a table sorted by x, linear between its rows; null outside it or where x is no number. */
export function interpolate(table: readonly (readonly [x: number, value: number])[], x: number): number | null {
  for (const [index, [high, value]] of table.entries()) {
    if (x === high) return value;
    const lower = table[index - 1];
    if (lower === undefined || !(x > lower[0] && x < high)) continue;
    return lower[1] + ((x - lower[0]) / (high - lower[0])) * (value - lower[1]);
  }
  return null;
}
