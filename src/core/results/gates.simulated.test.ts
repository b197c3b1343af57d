import { expect, it } from 'vitest';
import { fail } from '#src/lib/result.ts';
import { readDoubtCases } from '#src/testing/doubt-cases.ts';
import { chooseRoi } from '../measure/choose-roi.ts';
import { inspectVoxels } from '../measure/inspect-level.ts';
import { findInternalTissues } from '../measure/internal-tissues.ts';
import { measureRoiAt } from '../measure/roi.ts';
import { findWarnings, isDensityRefused } from './gates.ts';

/* Whole way of a level but the network, on one simulated vertebra of each kind. How often each gate is right: docs/evaluation/gates. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'plain': [],
  'screws': ['refuse metal-or-cement'],
  'metal': ['mark metal-beside'],
  'cement': ['refuse metal-or-cement'],
  'sclerotic': ['mark dense-focus'],
  'island': ['mark dense-focus'],
  'lytic': ['mark loose-focus'],
  // Found; slices of 2 mm blur the fat, so it is not named.
  'haemangioma': ['mark loose-focus'],
  'wedge': ['mark height-loss'],
  // At an endplate, clear of the region: nothing of the number is wrong.
  'endplate-sclerosis': [],
  'schmorl': [],
  'bridge': ['note bridge'],
  'contrast': ['mark contrast-seen'],
  'streaks': ['mark streaks'],
};
/** What a focus in the region does besides; in metal no fit is sure. */
const BESIDES: ReadonlySet<string> = new Set(['no-model', 'no-fit', 'roi-spread', 'roi-uneven']);

it.each(readDoubtCases())('$kind at $level', ({ kind, level, centreLps, volume }) => {
  const { roi, fit } = chooseRoi(volume, centreLps, undefined);
  const warnings = findWarnings({
    voxels: inspectVoxels(volume, centreLps, fit, roi),
    facts: { kvp: 120, sliceThicknessMm: 2, kernel: 'B30s', contrast: null },
    pick: { level, centreLps, state: 'confirmed' },
    isTiltResampled: false,
    snapConfidence: null,
    fit,
    tissues: findInternalTissues(volume, centreLps),
    measured: measureRoiAt(volume, roi, 120),
    estimated: fail({ code: 'no-model', sentence: 'None.' }),
  });
  const said = warnings.filter(({ code }) => !BESIDES.has(code)).map(({ effect, code }) => `${effect} ${code}`);
  const isRefused = isDensityRefused(warnings);
  // In metal and cement no fit is sure, and heights mean nothing.
  expect(isRefused ? said.slice(0, 1) : said).toEqual(EXPECTED[kind]);
  expect(isRefused).toBe(kind === 'cement' || kind === 'screws');
});
