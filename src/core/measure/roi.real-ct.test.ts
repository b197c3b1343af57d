import { describe, expect, it } from 'vitest';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadReferenceCt, referenceLevels } from '#src/testing/reference-centres.ts';
import { measureRoi } from './roi.ts';

describe.skipIf(!hasTestData('reference.json'))(`measureRoi on real CTs (skipped where ${NO_TEST_DATA})`, () => {
  it.each(['lidc-0314-chest', 'ts-example'] as const)('%s: mean and spread of each level as in reference.json', (name) => {
    const volume = loadReferenceCt(name);
    for (const { level, centre, hu, sd } of referenceLevels(name)) {
      const measured = measureRoi(volume, centre, 120);
      if (!measured.ok) throw new Error(`${level}: ${measured.error.sentence}`);
      expect.soft(Math.abs(measured.value.meanHu - (hu ?? Number.NaN)), `mean of ${level}`).toBeLessThan(0.5);
      expect.soft(Math.abs(measured.value.sdHu - (sd ?? Number.NaN)), `SD of ${level}`).toBeLessThan(1);
    }
  });
});
