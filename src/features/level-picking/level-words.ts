import type { LevelPick } from '#src/core/levels/pick.ts';
import { isAnalysed } from '#src/core/levels/vertebra-name.ts';
import { deviceEstimate, displayClass, isEstimateRefused, type DisplayClass } from '#src/core/results/display-class.ts';
import type { LevelAnalysis } from '#src/session/index.ts';
import { formatDensity, formatProbability, formatProbabilityInterval } from '#src/core/results/format.ts';

export type LevelWords = { readonly displayClass: DisplayClass; readonly title: string; readonly line: string; readonly spoken: string };

/** What a level's mark says: label, probability of osteoporosis with its interval, vBMD; or why there is none. */
export function levelWords(pick: LevelPick, analysis: LevelAnalysis | undefined, deviceId: string | null): LevelWords {
  const level = pick.state === 'proposed' ? `${pick.level}?` : pick.level;
  const name = pick.state === 'proposed' ? `${pick.level}, proposed` : pick.level;
  if (!isAnalysed(pick.level)) return { displayClass: 'unknown', title: level, line: '', spoken: `${name}, landmark` };
  if (analysis?.status !== 'done' || deviceId === null) {
    const line = { queued: 'waiting', running: 'analysing …', failed: 'no estimate', done: '' }[analysis?.status ?? 'queued'];
    return { displayClass: 'unknown', title: level, line, spoken: `${name}, ${line}` };
  }
  const { result } = analysis;
  const device = result.network ? deviceEstimate(result.network, deviceId) : undefined;
  if (isEstimateRefused(result) || !result.network || !device) {
    const line = result.measurement ? `${Math.round(result.measurement.meanHu)} HU, no estimate` : 'not evaluable';
    return { displayClass: 'unknown', title: level, line, spoken: `${name}, ${line}` };
  }
  const doubt = result.warnings.some((warning) => warning.effect === 'mark') ? ' ⚠' : '';
  const probability = formatProbability(device.osteoporosis.value);
  const density = formatDensity(result.network.vbmdMgCm3.value);
  return {
    displayClass: displayClass(result, deviceId),
    title: `${level}  ${probability}${doubt}`,
    line: `${formatProbabilityInterval(device.osteoporosis)} %, ${density} mg/cm³`,
    spoken: `${name}: probability of osteoporosis ${probability}, vBMD ${density} milligrams per cubic centimetre${doubt ? ', doubtful' : ''}`,
  };
}
