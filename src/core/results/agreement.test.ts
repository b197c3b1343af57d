import { expect, it } from 'vitest';
import { makeLevelResult } from '#src/testing/synthetic-result.ts';
import { findDifferences } from './agreement.ts';
import { warn } from './gates/gate-input.ts';

const differs = warn('mark', 'density-disagrees', 'They differ.');

it('names what the gates found where the two differ, and nothing elsewhere', () => {
  const results = [
    makeLevelResult('L1', { warnings: [warn('mark', 'contrast', 'Contrast.')] }),
    makeLevelResult('L2', { warnings: [differs, warn('mark', 'contrast', 'Contrast.'), warn('mark', 'loose-focus', 'Loose.'), warn('note', 'bridge', 'A bridge.')] }),
    makeLevelResult('L3', { warnings: [differs] }),
  ];
  expect(findDifferences(results)).toEqual([
    { level: 'L2', sentence: 'L2: measured and network differ; found there: contrast agent, a focus of low density.' },
    { level: 'L3', sentence: 'L3: measured and network differ; no gate found a reason, so neither is sure.' },
  ]);
});
