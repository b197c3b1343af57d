import { CONTRAST_AORTA_HU } from '../../measure/contrast-rise.ts';
import { compareVertebrae, type VertebraName } from '../../levels/vertebra-name.ts';
import type { BodyRegionFacts } from '../../measure/body-region.ts';
import { USUAL_HEIGHTS_MM } from '../../measure/expected-height.ts';
import type { Focus } from '../../measure/doubts/focus.ts';
import type { DoubtFacts } from '../../measure/doubts/inspect-doubts.ts';
import { DOUBT_LIMITS } from '../../measure/doubts/limits.ts';
import type { LevelWarning } from '../level-result.ts';
import { warn, type GateInput } from './gate-input.ts';
import { GATE_LIMITS } from './limits.ts';

/** What the voxels of the body and round it say. */
export function bodyWarnings({ voxels: { region, doubts }, pick, fit, facts, tissues, roiSource }: GateInput): readonly LevelWarning[] {
  // A metal or cement body is all foci; once said, the rest would be noise.
  const material = materialWarnings(region);
  const inside = material.some(({ effect }) => effect === 'refuse') ? [] : [...metalBesideWarnings(doubts), ...streakWarnings(doubts), ...focusWarnings(doubts, material.length > 0, fit !== undefined && fit !== null, roiSource === 'beside-focus'), ...noiseWarnings(doubts, tissues?.muscle?.sdHu ?? null, facts.kernel)];
  return [
    ...material,
    ...cutWarnings(region, pick.level, fit),
    ...inside,
    ...bridgeWarnings(doubts, pick.level, facts.sliceThicknessMm),
    ...aortaWarnings(facts.contrast, tissues?.blood?.medianHu ?? null),
  ];
}

/** Where a body cannot be fitted so near the end of the scan, the end is likely why. */
function cutWarnings({ outsideFraction, roomMm }: BodyRegionFacts, level: VertebraName, fit: GateInput['fit']): readonly LevelWarning[] {
  const { fittedMm, unfittedMm } = GATE_LIMITS.room;
  // Where no usual height is known the region alone tells.
  const beyondMm = roomMm - (USUAL_HEIGHTS_MM[level]?.posterior ?? Number.NEGATIVE_INFINITY) / 2;
  if (outsideFraction > 0 || beyondMm < fittedMm) return [warn('mark', 'body-cut', 'The field of view cuts this vertebral body.')];
  if (fit !== null || beyondMm >= unfittedMm) return [];
  return [warn('mark', 'body-cut', 'The scan ends in this vertebral body or close to it, and its edges were not found.')];
}

function materialWarnings({ maxHu, denseFraction, metalFraction }: BodyRegionFacts): readonly LevelWarning[] {
  if (metalFraction > GATE_LIMITS.metalFraction) {
    const what = (maxHu ?? 0) > DOUBT_LIMITS.metal.certainHu ? 'metal' : 'cement or metal';
    return [warn('refuse', 'metal-or-cement', `The vertebral body holds ${Math.round(maxHu ?? 0)} HU: ${what} is likely, so no density is given.`)];
  }
  if (denseFraction <= GATE_LIMITS.denseFraction && metalFraction === 0) return [];
  return [warn('mark', 'dense-material', 'Part of the vertebral body is denser than bone tissue should be: look for sclerosis, a bone island, cement or metal.')];
}

function metalBesideWarnings({ metalMm3 }: DoubtFacts): readonly LevelWarning[] {
  const { markMm3, refuseMm3 } = DOUBT_LIMITS.metal;
  if (metalMm3 > refuseMm3) return [warn('refuse', 'metal-beside', 'Much metal lies beside this vertebra and its streaks reach the body, so no density is given.')];
  return metalMm3 > markMm3 ? [warn('mark', 'metal-beside', 'Metal lies beside this vertebra: its streaks may change the attenuation.')] : [];
}

/** Metal beside the body is said already. */
function streakWarnings({ metalMm3, streaks }: DoubtFacts): readonly LevelWarning[] {
  const { ratio, leastHu } = DOUBT_LIMITS.streaks;
  if (metalMm3 > DOUBT_LIMITS.metal.markMm3 || streaks === null || streaks.ratio < ratio || streaks.hu < leastHu) return [];
  return [warn('mark', 'streaks', `Metal ${Math.round(streaks.metalMm)} mm from this body sends streaks through its slices: they may change the attenuation.`)];
}

function focusWarnings({ dense, loose, fatShare, hole }: DoubtFacts, isDenseSaid: boolean, isFitted: boolean, isBeside: boolean): readonly LevelWarning[] {
  const warnings: LevelWarning[] = [];
  if (dense.volumeMm3 > DOUBT_LIMITS.dense.markMm3 && !isDenseSaid) {
    const sentence = `A part of the body of ${millilitres(dense.volumeMm3)} ml has ${Math.round(dense.meanHu)} HU, far denser than the rest${isBeside ? BESIDE : without(dense)}: look for sclerosis, a bone island or an impacted fracture.`;
    warnings.push(warn('mark', 'dense-focus', sentence));
  }
  const limits = DOUBT_LIMITS.loose;
  const isFat = fatShare > DOUBT_LIMITS.fatShare;
  if (isFat && loose.volumeMm3 > (isFitted ? limits.fatMarkMm3 : limits.unfittedMarkMm3)) {
    warnings.push(warn('mark', 'haemangioma', `${lessDense(loose)}, with fat in it${isBeside ? BESIDE : without(loose)}: look for a haemangioma.`));
  } else if (hole.score > (isFitted ? DOUBT_LIMITS.hole.markScore : DOUBT_LIMITS.hole.unfittedMarkScore)) {
    warnings.push(warn('mark', 'loose-focus', `${lessDense(hole)}, and as even as soft tissue${without(hole)}: look for a lytic lesion, a Schmorl node or a vein.`));
  } else if (loose.volumeMm3 > (isFitted ? limits.markMm3 : limits.unfittedMarkMm3)) {
    warnings.push(warn('mark', 'loose-focus', `${lessDense(loose)}${without(loose)}: look for a lytic lesion, a Schmorl node or a vein.`));
  }
  return warnings;
}

function lessDense({ volumeMm3, meanHu }: Focus): string {
  return `A part of the body of ${millilitres(volumeMm3)} ml has ${Math.round(meanHu)} HU, far less dense than the rest`;
}

const BESIDE = '; the measured region lies beside it';

/** What the reader would measure beside it. */
function without({ withoutHu }: Focus): string {
  return withoutHu === null ? '' : `; without it the measured region reads ${Math.round(withoutHu)} HU`;
}

function millilitres(mm3: number): string {
  return (Math.round(mm3 / 100) / 10).toFixed(1);
}

/** Coarse trabeculae look like noise in the body, but not in the muscle beside it. */
function noiseWarnings({ noiseHu }: DoubtFacts, muscleSdHu: number | null, kernel: string | null): readonly LevelWarning[] {
  if (noiseHu <= DOUBT_LIMITS.noiseHu || (muscleSdHu !== null && muscleSdHu <= DOUBT_LIMITS.muscleNoiseHu)) return [];
  const where = kernel === null ? 'of this scan' : `of this scan with the kernel ${kernel}`;
  return [warn('mark', 'noisy', `The noise ${where} is ${Math.round(noiseHu)} HU in the body: a sharp kernel or a low dose makes every number here less certain.`)];
}

function bridgeWarnings({ bridgeSectors }: DoubtFacts, level: VertebraName, sliceThicknessMm: number | null): readonly LevelWarning[] {
  const { noteSectors, maxThicknessMm } = DOUBT_LIMITS.bridge;
  // Thick slices, and the thin discs and rib heads of the chest, let neighbouring rims run together.
  if (compareVertebrae(level, 'T12') < 0) return [];
  if (bridgeSectors === null || bridgeSectors < noteSectors || sliceThicknessMm === null || sliceThicknessMm > maxThicknessMm) return [];
  return [warn('note', 'bridge', 'Bone seems to bridge the disc beside this vertebra: DXA reads higher there than the bone inside the body is.')];
}

function aortaWarnings(contrast: boolean | null, bloodHu: number | null): readonly LevelWarning[] {
  if (contrast === true || bloodHu === null || bloodHu <= CONTRAST_AORTA_HU) return [];
  const said = contrast === false ? 'although the scan is said to have none' : 'although the header does not say so';
  return [warn('mark', 'contrast-seen', `The blood in the aorta has ${Math.round(bloodHu)} HU: contrast agent was given, ${said}, and density reads too high.`)];
}
