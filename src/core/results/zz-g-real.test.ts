import { it } from 'vitest';
import { fail } from '#src/lib/result.ts';
import { loadReferenceCt, referenceLevels } from '#src/testing/reference-centres.ts';
import { chooseRoi } from '../measure/choose-roi.ts';
import { findInternalTissues } from '../measure/internal-tissues.ts';
import { inspectDoubts } from '../measure/doubts/inspect-doubts.ts';
import { measureRoiAt } from '../measure/roi.ts';
import { findWarnings } from './gates.ts';

it('real', () => {
  for (const name of ['lidc-0314-chest', 'ts-example', 'tptbox-l3'] as const) {
    const volume = loadReferenceCt(name);
    for (const { level, centre: centreLps } of referenceLevels(name)) {
      const { roi, fit } = chooseRoi(volume, centreLps, undefined);
      const t = performance.now();
      const doubts = inspectDoubts(volume, centreLps, fit);
      const ms = performance.now() - t;
      const w = findWarnings({ volume, facts: { kvp: 120, sliceThicknessMm: 1, kernel: null, contrast: null }, pick: { level: level as 'L1', centreLps, state: 'confirmed' }, isTiltResampled: false, snapConfidence: null, fit, tissues: findInternalTissues(volume, centreLps), measured: measureRoiAt(volume, roi, 120), estimated: fail({ code: 'no-model', sentence: 'None.' }) });
      console.log(name, level, Math.round(ms), 'ms noise', doubts.noiseHu.toFixed(0), 'dense', Math.round(doubts.dense.volumeMm3), 'loose', Math.round(doubts.loose.volumeMm3), doubts.fatShare.toFixed(2), 'metal', doubts.metalMm3.toFixed(0), 'bridge', doubts.bridgeSectors, w.map((x) => x.code).join(' '));
    }
  }
}, 300000);
