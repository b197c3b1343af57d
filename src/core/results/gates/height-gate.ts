import type { VertebraName } from '../../levels/vertebra-name.ts';
import { expectedPosteriorMm, type FittedLevel } from '../../measure/expected-height.ts';
import { assessHeights } from '../../measure/genant.ts';
import type { VertebraFit } from '../../measure/vertebra-fit.ts';
import type { LevelWarning } from '../level-result.ts';
import { warn } from './gate-input.ts';

const LOSS_WORDS = {
  wedge: (percent: number) => `The front of this body is ${percent} % lower than its back`,
  biconcave: (percent: number) => `The middle of this body is ${percent} % lower than healthy endplates leave it`,
  crush: (percent: number) => `This body is ${percent} % lower than the other levels of this spine let expect`,
} as const;

/** @param others fitted levels of the same person; without them a body that is lower all over is not told */
export function heightWarnings(level: VertebraName, fit: Pick<VertebraFit, 'heightsMm'> | null | undefined, others: readonly FittedLevel[]): readonly LevelWarning[] {
  if (!fit) return [];
  const { shape, loss } = assessHeights(fit, expectedPosteriorMm(level, others));
  if (shape === null) return [];
  return [warn('mark', HEIGHT_CODE, `${LOSS_WORDS[shape](Math.round(loss * 100))}: look for a fracture, which makes density read too high.`)];
}

export const HEIGHT_CODE = 'height-loss';
