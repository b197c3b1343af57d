import type { Estimate } from './level-result.ts';

/** "72 %" from 0.72; never 0 % or 100 %, which no estimate can claim. */
export function formatProbability(probability: number): string {
  if (probability < 0.01) return '<1 %';
  if (probability > 0.99) return '>99 %';
  return `${Math.round(probability * 100)} %`;
}

/** "61–83": percent bounds of an interval; "<1–3" and "97–>99" at the ends, and one bound where both are the same. */
export function formatProbabilityInterval(estimate: Estimate): string {
  const [low, high] = [boundOf(estimate.low), boundOf(estimate.high)];
  return low === high ? low : `${low}–${high}`;
}

function boundOf(probability: number): string {
  return formatProbability(probability).replace(' %', '');
}

/** Whole mg/cm³. */
export function formatDensity(valueMgCm3: number): string {
  return String(Math.round(valueMgCm3));
}

export function formatDensityInterval(estimate: Estimate): string {
  return `${Math.round(estimate.low)}–${Math.round(estimate.high)}`;
}

/** aBMD in its scale's own unit: g/cm² with three decimals, mg/cm² whole. */
export function formatArealDensity(value: number, unit: string): string {
  return unit === 'g/cm2' ? value.toFixed(3) : String(Math.round(value));
}

export function formatArealUnit(unit: string): string {
  return unit === 'g/cm2' ? 'g/cm²' : 'mg/cm²';
}
