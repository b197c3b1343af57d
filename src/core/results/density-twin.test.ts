import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ARTERIAL_ABOVE_HU, CONTRAST_AORTA_HU, IODINE_HU, PHASE_KVP, PORTAL_VENOUS_BELOW_HU, RISE_HU } from '../measure/contrast-rise.ts';
import { readDensity, TUBE_VOLTAGE_ERROR_SHARE } from '../measure/density-reading.ts';

/* What training/vertebra/clinic/density.py is held to. UPDATE_TWIN=1 npx vitest run src/core/results/density-twin.test.ts writes it anew. */
const FILE = 'training/tests/fixtures/density-cases.json';

const KVPS = [null, 70, 80, 93, 100, 120, 135, 140, 150] as const;
const AORTAS = [null, 42, 101, 150, 215, 290] as const;
const CONTRASTS = [null, false, true] as const;

it('has the densities and their errors that Python is compared with', () => {
  const cases = KVPS.flatMap((kvp) => AORTAS.flatMap((aortaHu) => CONTRASTS.map((contrast) => {
    const kvpSource = contrast === null ? 'header' as const : 'reader' as const;
    const conversion = { calibration: null, scan: { kvp, scannerModel: null, day: '2026-01-01' }, kvpSource, contrast };
    return { meanHu: 137.25, kvp, kvpSource, contrast, aortaHu, density: readDensity(137.25, conversion, aortaHu) };
  })));
  const rules = {
    tubeVoltageErrorShare: TUBE_VOLTAGE_ERROR_SHARE, contrastRiseHu: RISE_HU, iodineHu: IODINE_HU, contrastAortaHu: CONTRAST_AORTA_HU,
    portalVenousBelowHu: PORTAL_VENOUS_BELOW_HU, arterialAboveHu: ARTERIAL_ABOVE_HU, phaseKvp: PHASE_KVP,
  };
  const text = `${JSON.stringify({ rules, cases }, null, 1)}\n`;
  if (process.env['UPDATE_TWIN'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
