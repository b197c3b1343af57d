import type { VertebraName } from '../levels/vertebra-name.ts';
import { formatProbability, formatProbabilityInterval } from './format.ts';
import type { L1Finding } from './l1-attenuation.ts';
import type { PatientProbability } from './patient-probability.ts';
import { RESEARCH_ONLY_STATEMENT, type LevelsMark, type PatientSummary } from './report.ts';

export type PatientFindings = {
  readonly summary: PatientSummary;
  readonly l1: L1Finding;
  readonly probability: PatientProbability | null;
  /** Name of the DXA scale that the probability is of. */
  readonly deviceTitle: string;
  /** Why a T-score may not apply to this patient; then no probability of one is written. */
  readonly tScoreCaveat: string | null;
  /** How the levels got their names, where the app counted them; null: the reader or a file named them. */
  readonly names: string | null;
  /** Of the levels that the statements rest on, those whose measuring region the reader placed. */
  readonly placedRegions: readonly VertebraName[];
  /** Title and version of the user's own network where it gave the probability; null: the bundled one did. */
  readonly ownNetwork: string | null;
};

/**
 * What a clinician may be told, as text to copy: an estimate with its error and its doubts, never a diagnosis, and always the advice to
 * look further (domain.md 6). Nothing of the patient's identity is in it.
 */
export function patientText({ summary, l1, probability, deviceTitle, tScoreCaveat, names, placedRegions, ownNetwork }: PatientFindings): string {
  const parts = [`Estimate of bone density from CT. ${summary.sentence}`];
  if (summary.status === 'evaluable' && summary.contrastRiseMgCm3 !== null) {
    const [low, high] = summary.contrastRiseMgCm3;
    parts.push(`Contrast agent was given; published rises amount to ${Math.round(low)} to ${Math.round(high)} mg/cm³, which were not taken off.`);
  }
  if (l1.status === 'found') parts.push(...l1.sentences);
  if (probability !== null && tScoreCaveat === null) {
    const network = ownNetwork === null ? 'A network trained on simulated CT' : `A network of the user's own (${ownNetwork}), not validated by OsteoLens,`;
    parts.push(`${network} gives a mean probability of ${formatProbability(probability.estimate.value)} (${formatProbabilityInterval(probability.estimate)}) for a DXA T-score of −2.5 or lower (${deviceTitle}).`);
  }
  if (names !== null) parts.push(names);
  if (placedRegions.length > 0) parts.push(`The measuring ${placedRegions.length === 1 ? 'region' : 'regions'} of ${placedRegions.join(', ')} ${placedRegions.length === 1 ? 'was' : 'were'} placed by the reader.`);
  const doubts = summary.status === 'evaluable' ? summary.marks.filter(({ code }) => code !== 'contrast' && code !== 'contrast-seen') : [];
  if (doubts.length > 0) parts.push(`Marked: ${doubts.map((mark) => describeMark(mark, summary.levels)).join(' ')}`);
  parts.push(adviceFor(summary), RESEARCH_ONLY_STATEMENT);
  return parts.join(' ');
}

/** What is said of all levels alike is of the scan, and needs no names. */
function describeMark({ levels, sentence }: LevelsMark, all: readonly VertebraName[]): string {
  return levels.length === all.length ? sentence : `${levels.join(', ')}: ${sentence}`;
}

function adviceFor(summary: PatientSummary): string {
  if (summary.status === 'not-evaluable') return 'This CT gives no usable estimate of bone density; where it matters, consider DXA or QCT.';
  const isLowPossible = summary.category !== 'normal' || summary.alsoPossible.length > 0;
  return isLowPossible
    ? 'This is compatible with low bone density; consider DXA and clinical assessment, including of fracture risk.'
    : 'This does not suggest low bone density, and does not rule it out; where there are risk factors, consider DXA and clinical assessment.';
}
