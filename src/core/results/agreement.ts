import type { LevelResult } from './level-result.ts';
import { DIFFERENCE_CODES, DIFFERENCE_REASONS } from './gates/short-words.ts';

/** A level at which measurement and network differ by more than their intervals or categories allow, and what the gates found there. */
export type Difference = { readonly level: LevelResult['level']; readonly sentence: string };

/** One sentence for each level that differs; results in any order, kept. */
export function findDifferences(results: readonly LevelResult[]): readonly Difference[] {
  return results.flatMap(({ level, warnings }) => {
    if (!warnings.some(({ code }) => DIFFERENCE_CODES.has(code))) return [];
    const reasons = warnings.flatMap(({ code }) => DIFFERENCE_REASONS[code] ?? []);
    const found = reasons.length === 0 ? 'no gate found a reason, so neither is sure' : `found there: ${reasons.join(', ')}`;
    return [{ level, sentence: `${level}: measured and network differ; ${found}.` }];
  });
}
