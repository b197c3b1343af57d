import type { Level } from '../levels/level.ts';
import type { LevelPick } from '../levels/pick.ts';
import { qctCategory, type QctCategory } from '../measure/qct-category.ts';
import { isDensityRefused } from './gates.ts';
import type { LevelResult, LevelWarning } from './level-result.ts';

/** Levels whose mean the QCT categories are made for (domain.md 2.1). */
const LUMBAR: readonly Level[] = ['L1', 'L2', 'L3', 'L4', 'L5'];
/** ACR and ISCD: the mean of at least two vertebrae; a single one is not for a category (domain.md 2.1 and 7). */
const MIN_LUMBAR_LEVELS = 2;
/** Marks of a level that keep it out of the mean: it is not the bone that the categories speak of. */
const EXCLUDING_MARKS: ReadonlySet<string> = new Set(['dense-material']);

export const RESEARCH_ONLY_STATEMENT =
  'Research use only. Not a medical device, not for diagnosis, and cannot be used to rule out low bone density.';

/** The patient as a whole, from the measured densities alone. Never a T-score: WHO limits do not apply to QCT. */
export type PatientSummary =
  | {
      readonly status: 'evaluable';
      readonly meanVbmdMgCm3: number;
      readonly category: QctCategory;
      readonly levels: readonly Level[];
      /** What is marked on any of these levels, each code once. */
      readonly marks: readonly LevelWarning[];
      readonly sentence: string;
    }
  | { readonly status: 'not-evaluable'; readonly levels: readonly Level[]; readonly sentence: string };

const CATEGORY_WORDS: Readonly<Record<QctCategory, string>> = {
  normal: 'compatible with normal bone density',
  low: 'compatible with low bone density',
  osteoporosis: 'in the range of osteoporosis',
};

function densityOf(result: LevelResult): number | null {
  const isExcluded = result.warnings.some(({ code, effect }) => effect === 'mark' && EXCLUDING_MARKS.has(code));
  return isExcluded || isDensityRefused(result.warnings) ? null : (result.measurement?.vbmdMgCm3 ?? null);
}

function marksOf(results: readonly LevelResult[]): readonly LevelWarning[] {
  const byCode = new Map<string, LevelWarning>();
  for (const warning of results.flatMap(({ warnings }) => warnings)) {
    if (warning.effect === 'mark' && !byCode.has(warning.code)) byCode.set(warning.code, warning);
  }
  return [...byCode.values()];
}

function whyNot(picked: readonly LevelResult[], evaluable: readonly LevelResult[]): string {
  if (picked.length === 0) return 'No lumbar level has been measured yet; at least two are needed.';
  if (picked.every(({ measurement }) => measurement !== null && measurement.vbmdMgCm3 === null)) {
    return 'No density is known without a tube voltage between 80 and 140 kVp, so there is no summary.';
  }
  const count = evaluable.length === 0 ? 'None' : 'Only one';
  return `${count} of the ${picked.length} lumbar levels measured can be used; at least two are needed.`;
}

/**
 * Mean measured vBMD and QCT category over the lumbar levels that can be used.
 * @param results of all levels analysed; any order
 * @param picks levels that the reader rejected are left out
 */
export function summarisePatient(results: readonly LevelResult[], picks: readonly LevelPick[]): PatientSummary {
  const rejected = new Set(picks.filter(({ state }) => state === 'rejected').map(({ level }) => level));
  const lumbar = LUMBAR.flatMap((level) => results.filter((result) => result.level === level && !rejected.has(level)));
  const evaluable = lumbar.filter((result) => densityOf(result) !== null);
  const levels = evaluable.map(({ level }) => level);
  if (evaluable.length < MIN_LUMBAR_LEVELS) return { status: 'not-evaluable', levels, sentence: whyNot(lumbar, evaluable) };
  const meanVbmdMgCm3 = evaluable.reduce((sum, result) => sum + (densityOf(result) ?? 0), 0) / evaluable.length;
  const category = qctCategory(meanVbmdMgCm3);
  const sentence = `Mean trabecular density of ${levels.join(', ')} is ${Math.round(meanVbmdMgCm3)} mg/cm³, ${CATEGORY_WORDS[category]} by the QCT convention.`;
  return { status: 'evaluable', meanVbmdMgCm3, category, levels, marks: marksOf(evaluable), sentence };
}
