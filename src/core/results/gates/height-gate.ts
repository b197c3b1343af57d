import type { VertebraName } from '../../levels/vertebra-name.ts';
import { expectedPosteriorMm, type FittedLevel } from '../../measure/expected-height.ts';
import { assessHeights } from '../../measure/genant.ts';
import { findHighHeight } from '../../measure/high-height.ts';
import type { VertebraFit } from '../../measure/vertebra-fit.ts';
import type { LevelWarning } from '../level-result.ts';
import { warn } from './gate-input.ts';

const LOSS_WORDS = {
  wedge: (percent: number) => `The front of this body is ${percent} % lower than its back`,
  biconcave: (percent: number) => `The middle of this body is ${percent} % lower than healthy endplates leave it`,
  crush: (percent: number) => `This body is ${percent} % lower than the other levels of this spine let expect`,
} as const;

const PLACE_WORDS = { anterior: 'front', middle: 'middle', posterior: 'back' } as const;

/** Warnings that depend on the other levels of the same person. */
export const HEIGHT_CODES: ReadonlySet<string> = new Set(['height-loss', 'height-high']);

/** @param others fitted levels of the same person; without them a body that is lower or higher all over is not told */
export function heightWarnings(level: VertebraName, fit: Pick<VertebraFit, 'heightsMm'> | null | undefined, others: readonly FittedLevel[]): readonly LevelWarning[] {
  return fit ? [...lossWarnings(level, fit, others), ...highWarnings(level, fit, others)] : [];
}

function lossWarnings(level: VertebraName, fit: FittedLevel['fit'], others: readonly FittedLevel[]): readonly LevelWarning[] {
  const { shape, loss } = assessHeights(fit, expectedPosteriorMm(level, others));
  if (shape === null) return [];
  return [warn('mark', 'height-loss', `${LOSS_WORDS[shape](Math.round(loss * 100))}: look for a fracture, which makes density read too high.`)];
}

function highWarnings(level: VertebraName, fit: FittedLevel['fit'], others: readonly FittedLevel[]): readonly LevelWarning[] {
  const high = findHighHeight(level, fit, others);
  if (high === null) return [];
  const found = `The ${PLACE_WORDS[high.place]} of this body reads ${Math.round((high.ratio - 1) * 100)} % higher than the other levels of this spine let expect`;
  return [warn('mark', 'height-high', `${found}: look whether its outline holds a disc, a neighbour's endplate or an osteophyte, or whether the other levels are low.`)];
}
