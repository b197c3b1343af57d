/** Rounds of reweighting: the fits of bodies change by less than 0.01 mm after the sixth. */
const ROUNDS = 8;
/** Tukey's biweight: an observation further off than this many standard deviations counts nothing. */
const CUT_SD = 4.685;
const SD_OF_MEDIAN_DEVIATION = 1.4826;
/** What the Python twin takes from here. */
export const ROBUST = { rounds: ROUNDS, cutSd: CUT_SD, sdOfMedianDeviation: SD_OF_MEDIAN_DEVIATION } as const;

/** Solves a · x = b of a small symmetric system in place, by Gaussian elimination with pivots. Null where it is singular. */
function solve(a: number[][], b: number[]): number[] | null {
  const size = b.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) if (Math.abs(a[row]?.[column] ?? 0) > Math.abs(a[pivot]?.[column] ?? 0)) pivot = row;
    [a[column], a[pivot]] = [a[pivot] ?? [], a[column] ?? []];
    [b[column], b[pivot]] = [b[pivot] ?? 0, b[column] ?? 0];
    const head = a[column]?.[column] ?? 0;
    if (Math.abs(head) < 1e-12) return null;
    for (let row = column + 1; row < size; row += 1) {
      const factor = (a[row]?.[column] ?? 0) / head;
      for (let n = column; n < size; n += 1) (a[row] as number[])[n] = (a[row]?.[n] ?? 0) - factor * (a[column]?.[n] ?? 0);
      b[row] = (b[row] ?? 0) - factor * (b[column] ?? 0);
    }
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let value = b[row] ?? 0;
    for (let n = row + 1; n < size; n += 1) value -= (a[row]?.[n] ?? 0) * (b[n] ?? 0);
    b[row] = value / (a[row]?.[row] ?? 1);
  }
  return b;
}

/** Weighted least squares of `rows · x = targets`; null where the rows do not determine x. */
function weighted(rows: readonly (readonly number[])[], targets: readonly number[], weights: readonly number[]): number[] | null {
  const size = rows[0]?.length ?? 0;
  const zeros = (): number[] => Array.from({ length: size }, () => 0);
  const a = Array.from({ length: size }, zeros);
  const b = zeros();
  rows.forEach((row, n) => {
    const weight = weights[n] ?? 0;
    for (let i = 0; i < size; i += 1) {
      const part = weight * (row[i] ?? 0);
      b[i] = (b[i] ?? 0) + part * (targets[n] ?? 0);
      for (let j = 0; j < size; j += 1) (a[i] as number[])[j] = (a[i]?.[j] ?? 0) + part * (row[j] ?? 0);
    }
  });
  return solve(a, b);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export type RobustFit = { readonly coefficients: readonly number[]; readonly residuals: readonly number[] };

/**
 * Least squares of `rows · x = targets` that leaves outliers out, by Tukey's biweight.
 * @param prior weight of each observation before any is doubted
 * @param floor smallest standard deviation believed, in the unit of the targets
 */
export function fitRobust(rows: readonly (readonly number[])[], targets: readonly number[], prior: readonly number[], floor: number): RobustFit | null {
  let weights = prior;
  let fit: RobustFit | null = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const coefficients = weighted(rows, targets, weights);
    if (coefficients === null) return null;
    const residuals = rows.map((row, n) => (targets[n] ?? 0) - row.reduce((sum, value, i) => sum + value * (coefficients[i] ?? 0), 0));
    fit = { coefficients, residuals };
    const cut = CUT_SD * Math.max(floor, SD_OF_MEDIAN_DEVIATION * medianOf(residuals.map(Math.abs)));
    weights = residuals.map((residual, n) => {
      const off = residual / cut;
      return Math.abs(off) < 1 ? (prior[n] ?? 0) * (1 - off * off) ** 2 : 0;
    });
  }
  return fit;
}
