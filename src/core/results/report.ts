import type { LevelPick } from '../levels/pick.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';
import { describeMethod, type DensityMethod } from '../measure/density-reading.ts';
import { QCT_LOW_BELOW_MG_CM3, QCT_OSTEOPOROSIS_BELOW_MG_CM3, qctCategory, type QctCategory } from '../measure/qct-category.ts';
import type { LevelResult, LevelWarning } from './level-result.ts';
import { readByReader, usableLevels } from './usable-levels.ts';

/** Levels whose mean the QCT categories are made for (domain.md 2.1). */
const LUMBAR: readonly VertebraName[] = ['L1', 'L2', 'L3', 'L4', 'L5'];
/** ACR and ISCD: the mean of at least two vertebrae; a single one is not for a category (domain.md 2.1 and 7). */
const MIN_LUMBAR_LEVELS = 2;

export const RESEARCH_ONLY_STATEMENT =
  'Research use only. Not a medical device, not for diagnosis, and cannot be used to rule out low bone density.';

/** A doubt and the levels that it is said of, head to feet. */
export type LevelsMark = Pick<LevelWarning, 'code' | 'sentence'> & { readonly levels: readonly VertebraName[] };

/** The patient as a whole, from the measured densities alone. Never a T-score: WHO limits do not apply to QCT. */
export type PatientSummary =
  | {
      readonly status: 'evaluable';
      readonly meanVbmdMgCm3: number;
      /** Expected error: the mean of the levels' ends. It is the scan's, so more levels do not narrow it. */
      readonly lowMgCm3: number;
      readonly highMgCm3: number;
      readonly category: QctCategory;
      /** Categories that the expected error also reaches. */
      readonly alsoPossible: readonly QctCategory[];
      readonly levels: readonly VertebraName[];
      /** Null where the levels were read without saying how (a file of an older version). */
      readonly method: DensityMethod | null;
      /** How much the contrast agent of this scan may have raised the mean, mg/cm³; null without contrast. */
      readonly contrastRiseMgCm3: readonly [low: number, high: number] | null;
      /** What is marked on any of these levels, each sentence once. */
      readonly marks: readonly LevelsMark[];
      /** What the mean is, in few words. */
      readonly headline: string;
      /** The same in one sentence, with the conversion. */
      readonly sentence: string;
    }
  | { readonly status: 'not-evaluable'; readonly levels: readonly VertebraName[]; readonly sentence: string };

/** Where a category lies, without naming a disease as found. */
const CATEGORY_WORDS: Readonly<Record<QctCategory, string>> = {
  normal: `above ${QCT_LOW_BELOW_MG_CM3} mg/cm³, which the QCT convention calls normal`,
  low: `between ${QCT_OSTEOPOROSIS_BELOW_MG_CM3} and ${QCT_LOW_BELOW_MG_CM3} mg/cm³, which the QCT convention calls low bone mass`,
  osteoporosis: `below ${QCT_OSTEOPOROSIS_BELOW_MG_CM3} mg/cm³, the range that the QCT convention calls osteoporosis`,
};
const CATEGORY_NAMES: Readonly<Record<QctCategory, string>> = { normal: 'normal', low: 'low bone mass', osteoporosis: 'the range of osteoporosis' };

function marksOf(results: readonly LevelResult[]): readonly LevelsMark[] {
  const bySentence = new Map<string, LevelsMark>();
  for (const { level, warnings } of results) {
    for (const { code, sentence } of warnings.filter(({ effect }) => effect === 'mark')) {
      bySentence.set(sentence, { code, sentence, levels: [...(bySentence.get(sentence)?.levels ?? []), level] });
    }
  }
  return [...bySentence.values()];
}

function whyNot(measured: readonly LevelResult[], usable: readonly LevelResult[], proposed: number): string {
  if (measured.length === 0 && proposed > 0) return 'The lumbar levels are proposals; confirm at least two for a summary.';
  if (measured.length === 0) return 'No lumbar level has been measured yet; at least two are needed.';
  if (measured.every(({ measurement }) => measurement !== null && measurement.vbmdMgCm3 === null)) {
    return 'No density is known without a tube voltage between 80 and 140 kVp, so there is no summary; state the voltage in the bottom line if you know it.';
  }
  if (measured.length === 1) return 'Only one lumbar level is measured; at least two are needed.';
  const count = usable.length === 0 ? 'None' : 'Only one';
  return `${count} of the ${measured.length} lumbar levels measured can be used; at least two are needed.`;
}

/**
 * Mean measured vBMD and QCT category over the lumbar levels that can be used.
 * @param results of all levels analysed; any order
 * @param picks levels that the reader rejected, or has not confirmed yet, are left out
 */
export function summarisePatient(results: readonly LevelResult[], picks: readonly LevelPick[]): PatientSummary {
  const isLumbar = ({ level }: LevelResult): boolean => LUMBAR.includes(level);
  const measured = readByReader(results, picks).filter(isLumbar);
  const usable = usableLevels(results, picks).filter((result) => isLumbar(result) && result.measurement?.vbmdMgCm3 !== null).toSorted((a, b) => LUMBAR.indexOf(a.level) - LUMBAR.indexOf(b.level));
  const levels = usable.map(({ level }) => level);
  if (usable.length < MIN_LUMBAR_LEVELS) return { status: 'not-evaluable', levels, sentence: whyNot(measured, usable, results.filter(isLumbar).length - measured.length) };
  const readings = usable.flatMap(({ measurement }) => measurement?.density ?? []);
  const mean = (valueOf: (result: LevelResult) => number | null | undefined): number => usable.reduce((sum, result) => sum + (valueOf(result) ?? 0), 0) / usable.length;
  const vbmdOf = ({ measurement }: LevelResult) => measurement?.vbmdMgCm3;
  const meanVbmdMgCm3 = mean(vbmdOf);
  const lowMgCm3 = mean((result) => result.measurement?.density?.lowMgCm3 ?? vbmdOf(result));
  const highMgCm3 = mean((result) => result.measurement?.density?.highMgCm3 ?? vbmdOf(result));
  const category = qctCategory(meanVbmdMgCm3);
  const alsoPossible = [...new Set([qctCategory(lowMgCm3), qctCategory(highMgCm3)])].filter((other) => other !== category);
  const method = readings[0]?.method ?? null;
  return {
    status: 'evaluable', meanVbmdMgCm3, lowMgCm3, highMgCm3, category, alsoPossible, levels, method,
    contrastRiseMgCm3: readings.some(({ contrast }) => contrast !== null) ? largestRise(readings.flatMap(({ contrast }) => (contrast === null ? [] : [contrast.riseMgCm3]))) : null,
    marks: marksOf(usable),
    headline: headlineOf({ meanVbmdMgCm3, lowMgCm3, highMgCm3, category, alsoPossible, levels, method }),
    sentence: describeMean({ meanVbmdMgCm3, lowMgCm3, highMgCm3, category, alsoPossible, levels, method }),
  };
}

type Mean = Pick<Extract<PatientSummary, { status: 'evaluable' }>, 'meanVbmdMgCm3' | 'lowMgCm3' | 'highMgCm3' | 'category' | 'alsoPossible' | 'levels' | 'method'>;

function describeMean({ meanVbmdMgCm3, lowMgCm3, highMgCm3, category, alsoPossible, levels, method }: Mean): string {
  const error = method === null ? '' : ` (${Math.round(lowMgCm3)} to ${Math.round(highMgCm3)} with the expected error; ${describeMethod(method)})`;
  const reach = alsoPossible.length === 0 ? '' : `; the error also reaches ${alsoPossible.map((other) => CATEGORY_NAMES[other]).join(' and ')}`;
  return `Mean trabecular density of ${levels.join(', ')} is ${Math.round(meanVbmdMgCm3)} mg/cm³${error}, ${CATEGORY_WORDS[category]}${reach}.`;
}

function headlineOf({ meanVbmdMgCm3, lowMgCm3, highMgCm3, category, alsoPossible, levels, method }: Mean): string {
  const error = method === null ? '' : ` (${Math.round(lowMgCm3)} to ${Math.round(highMgCm3)})`;
  const reach = alsoPossible.length === 0 ? '' : `; its error reaches ${alsoPossible.map((other) => CATEGORY_NAMES[other]).join(' and ')}`;
  return `Mean of ${levels.join(', ')}: ${Math.round(meanVbmdMgCm3)} mg/cm³${error}, QCT: ${CATEGORY_NAMES[category]}${reach}.`;
}

function largestRise(rises: readonly (readonly [number, number])[]): readonly [number, number] {
  return [Math.min(...rises.map(([low]) => low)), Math.max(...rises.map(([, high]) => high))];
}
