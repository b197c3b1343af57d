import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fail, ok } from '#src/lib/result.ts';
import { readDoubtCases } from '#src/testing/doubt-cases.ts';
import { makeMeasurement, makeNetworkEstimate } from '#src/testing/synthetic-result.ts';
import { ANISOTROPIC_GRID, makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { NEIGHBOUR_SPACING_MM } from '../levels/check-picks.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';
import { BODY_REGION, DENSE_ABOVE_HU, METAL_ABOVE_HU } from '../measure/body-region.ts';
import { CONTRAST_AORTA_HU } from '../measure/contrast-rise.ts';
import type { DensityReading } from '../measure/density-reading.ts';
import { DOUBT_LIMITS } from '../measure/doubts/limits.ts';
import { USUAL_HEIGHTS_MM } from '../measure/expected-height.ts';
import { GENANT_LOSS, HEALTHY_MIDDLE } from '../measure/genant.ts';
import { TOO_HIGH } from '../measure/high-height.ts';
import { HU_PER_MG_CM3 } from '../measure/hu-to-vbmd.ts';
import { inspectVoxels } from '../measure/inspect-level.ts';
import type { InternalTissues } from '../measure/internal-tissues.ts';
import { QCT_LOW_BELOW_MG_CM3, QCT_OSTEOPOROSIS_BELOW_MG_CM3 } from '../measure/qct-category.ts';
import { BODY_ROI } from '../measure/body-roi.ts';
import { BESIDE_FOCUS } from '../measure/roi-beside-focus.ts';
import { ROI_SIZE_MM } from '../measure/edit-roi.ts';
import { FIT } from '../measure/vertebra-fit.ts';
import { measureRoi, ROI_SHAPE } from '../measure/roi.ts';
import type { VertebraFit } from '../measure/vertebra-fit.ts';
import { findWarnings, GATE_LIMITS, isDensityRefused, isNetworkRefused, judgeHeights, type GateInput } from './gates.ts';
import type { LevelResult, LevelWarning } from './level-result.ts';
import { RESEARCH_ONLY_STATEMENT } from './report.ts';
import { SESSION_FORMAT, SESSION_SCHEMA_VERSION } from './session-schema.ts';

/* What training/vertebra/clinic takes from the app. UPDATE_TWIN=1 npx vitest run src/core/results/python-twin.test.ts writes both files anew. */
const RULES_FILE = 'training/vertebra/clinic/app-rules.json';
const CASES_FILE = 'training/tests/fixtures/gate-cases.json';

const centre = worldPoint(-15, 40, -380);
/** Bone of 130 HU round the centre, and a block of other material in it; the Python side builds the same array. */
type Phantom = { readonly boneHu: number; /** Added to and taken from every second slice in turn. */ readonly alternatingHu?: number; readonly block: { readonly hu: number; readonly min: readonly [number, number, number]; readonly max: readonly [number, number, number] } | null };

const withBlood = (medianHu: number): InternalTissues => ({ air: null, fat: null, muscle: null, blood: { medianHu, sdHu: 14, areaMm2: 310 } });
const withMuscle = (sdHu: number): InternalTissues => ({ air: null, fat: null, blood: null, muscle: { medianHu: 52, sdHu, areaMm2: 640 } });
const densityOf = (lowMgCm3: number, highMgCm3: number): DensityReading => ({ vbmdMgCm3: (lowMgCm3 + highMgCm3) / 2, lowMgCm3, highMgCm3, method: { kind: 'tube-voltage', kvp: 120, kvpSource: 'header', huPerMgCm3: 1.35 }, contrast: null });

/** A body whose centre is the mark, along patient axes. */
function makeFit(overrides: Partial<VertebraFit> = {}): VertebraFit {
  const end = (side: 1 | -1) => ({ centreLps: worldPoint(-15, 40, -380 + 8 * side), normalLps: [0, 0, side] as const, anteriorLps: worldPoint(-15, 30, -380 + 8 * side), posteriorLps: worldPoint(-15, 50, -380 + 8 * side) });
  return {
    centreLps: centre, up: [0, 0, 1], front: [0, -1, 0], left: [1, 0, 0], halfWidthMm: 9, halfDepthMm: 10,
    heightsMm: { anterior: 16, middle: 15, posterior: 16.5 }, endplates: { superior: end(1), inferior: end(-1) }, confidence: 0.9, ...overrides,
  };
}

const plain: Phantom = { boneHu: 130, block: null };
const withBlock = (hu: number, edge: number): Phantom => ({ boneHu: 130, block: { hu, min: [14, 18, 8], max: [14 + edge, 18 + edge, 8 + edge] } });

type Case = {
  readonly name: string; readonly phantom?: Phantom; readonly at?: readonly [number, number, number]; readonly input?: Partial<GateInput>; readonly measures?: boolean;
  /** Posterior heights of the person's other levels, mm. */
  readonly others?: Partial<Record<VertebraName, number>>;
};

const network = (overrides: Parameters<typeof makeNetworkEstimate>[0]): Pick<GateInput, 'estimated'> => ({ estimated: ok({ network: makeNetworkEstimate(overrides) }) });
const facts = { kvp: 120, sliceThicknessMm: 1.25, kernel: 'B40', contrast: null };
const chances = (value: number) => makeNetworkEstimate().devices.map((device) => ({ ...device, osteoporosis: { value, low: 0, high: 1 } }));

const CASES: readonly Case[] = [
  { name: 'plain' },
  { name: 'voltage unknown, thick slices', input: { facts: { kvp: null, sliceThicknessMm: 3.26, kernel: null, contrast: null } } },
  { name: 'voltage out of range, too thick, contrast', input: { facts: { kvp: 70, sliceThicknessMm: 5.04, kernel: null, contrast: true } } },
  { name: 'thickness unknown', input: { facts: { ...facts, sliceThicknessMm: null, contrast: false } } },
  { name: 'at the limits nothing is said', input: { facts: { ...facts, kvp: 140, sliceThicknessMm: 3 }, measured: ok(makeMeasurement({ sdHu: 100 })) } },
  { name: 'spread', input: { measured: ok(makeMeasurement({ sdHu: 100.6 })) } },
  { name: 'a little dense', phantom: withBlock(900, 3) },
  { name: 'dense', phantom: withBlock(1100, 6) },
  { name: 'one sample of metal', phantom: withBlock(1900, 2) },
  { name: 'metal', phantom: withBlock(2600, 4) },
  { name: 'region outside the scan', at: [-27, 21, -402], measures: true },
  { name: 'the end of the scan near a body that was not fitted', at: [-15, 40, -391.5], input: { fit: null } },
  { name: 'the end of the scan as near, beside a fitted body', at: [-15, 40, -391.5], input: { fit: makeFit({ centreLps: worldPoint(-15, 40, -391.5) }) } },
  { name: 'the end of the scan within a fitted body', at: [-15, 40, -395.9], input: { fit: makeFit({ centreLps: worldPoint(-15, 40, -395.9) }) } },
  { name: 'patch a little outside', input: network({ outsideFraction: 0.004 }) },
  { name: 'patch outside', input: network({ outsideFraction: 0.313 }) },
  { name: 'strange', input: network({ oodScore: 30.1 }) },
  { name: 'very strange', input: network({ oodScore: 90.1 }) },
  { name: 'density disagrees', input: { measured: ok(makeMeasurement({ vbmdMgCm3: 126.4 })) } },
  { name: 'measured osteoporotic, network not', input: { measured: ok(makeMeasurement({ vbmdMgCm3: 79.6 })), ...network({ devices: chances(0.24) }) } },
  { name: 'measured normal, network osteoporotic', input: { measured: ok(makeMeasurement({ vbmdMgCm3: 120.4 })), ...network({ devices: chances(0.51) }) } },
  { name: 'measured low, the network contradicts itself', input: { measured: ok(makeMeasurement({ vbmdMgCm3: 84 })), ...network({ vbmdMgCm3: { value: 76.4, low: 62, high: 91 }, devices: chances(0.24) }) } },
  { name: 'another level', input: network({ predictedLevel: 'L3' }) },
  { name: 'label unlikely', input: network({ levelProbabilities: { L1: 0.019 } }) },
  { name: 'network failed', input: { estimated: fail({ code: 'output-not-finite', sentence: 'Said elsewhere.' }) } },
  { name: 'a loose focus', phantom: withBlock(20, 9) },
  { name: 'a loose focus with fat', phantom: withBlock(-60, 9) },
  { name: 'a dense focus', phantom: withBlock(520, 5) },
  { name: 'a loose focus in the region', phantom: withBlock(20, 9), measures: true },
  { name: 'a dense focus in the region of a fitted body', phantom: withBlock(520, 5), input: { fit: makeFit({ up: [0.28, 0, 0.96], left: [0.96, 0, -0.28] }) }, measures: true },
  { name: 'a dense focus beside the region', phantom: withBlock(520, 5), input: { fit: makeFit(), roiSource: 'beside-focus' } },
  { name: 'fat beside the region', phantom: withBlock(-60, 9), input: { fit: makeFit(), roiSource: 'beside-focus' } },
  { name: 'one end of the region denser', phantom: { boneHu: 130, block: { hu: 300, min: [0, 0, 12], max: [37, 41, 23] } }, measures: true },
  { name: 'a little metal beside', phantom: { boneHu: 130, block: { hu: 3000, min: [2, 2, 8], max: [4, 4, 9] } } },
  { name: 'much metal beside', phantom: { boneHu: 130, block: { hu: 3000, min: [1, 1, 8], max: [6, 7, 11] } } },
  { name: 'noise', phantom: { ...plain, alternatingHu: 250 }, input: { facts: { ...facts, kernel: 'B70s' } } },
  { name: 'noise, kernel unknown', phantom: { ...plain, alternatingHu: 250 }, input: { facts: { ...facts, kernel: null } } },
  { name: 'noise in bone alone', phantom: { ...plain, alternatingHu: 250 }, input: { tissues: withMuscle(24) } },
  { name: 'noise in bone and muscle', phantom: { ...plain, alternatingHu: 250 }, input: { tissues: withMuscle(24.1) } },
  { name: "the reader's region", input: { roiSource: 'edited' } },
  { name: 'contrast in the aorta', input: { tissues: withBlood(164.5) } },
  { name: 'contrast in the aorta against the header', input: { tissues: withBlood(231), facts: { ...facts, contrast: false } } },
  { name: 'blood without contrast', input: { tissues: withBlood(100) } },
  { name: 'density disagrees by its own error', input: { measured: ok(makeMeasurement({ vbmdMgCm3: 120, density: densityOf(114, 126) })) } },
  { name: 'density agrees by its own error', input: { measured: ok(makeMeasurement({ vbmdMgCm3: 130, density: densityOf(98, 140) })) } },
  { name: 'no body found', input: { fit: null } },
  { name: "no body found, the reader's region", input: { fit: null, roiSource: 'edited' } },
  { name: 'fitted', input: { fit: makeFit() } },
  { name: 'fitted askew, a loose focus', phantom: withBlock(20, 9), input: { fit: makeFit({ up: [0.28, 0, 0.96], left: [0.96, 0, -0.28] }) } },
  { name: 'mark beside the body', at: [-20, 44, -380], input: { fit: makeFit() } },
  { name: 'a small body', phantom: withBlock(20, 9), input: { fit: makeFit({ halfWidthMm: 7 }) } },
  { name: 'a bridge in the chest is not told', phantom: { boneHu: 130, block: { hu: 500, min: [0, 8, 13], max: [37, 13, 20] } }, input: { fit: makeFit(), pick: { level: 'T11', centreLps: centre, state: 'confirmed' } } },
  { name: 'front lower', input: { fit: makeFit({ heightsMm: { anterior: 18.2, middle: 20, posterior: 24 } }) } },
  { name: 'middle lower', input: { fit: makeFit({ heightsMm: { anterior: 24, middle: 15, posterior: 23 } }) } },
  { name: 'lower than the others, one of them crushed too', input: { fit: makeFit(), pick: { level: 'L2', centreLps: centre, state: 'confirmed' } }, others: { T12: 22, L1: 15, L3: 24, L4: 25.5 } },
  { name: 'back higher than the others', input: { fit: makeFit({ heightsMm: { anterior: 23.1, middle: 22.3, posterior: 31.6 } }) }, others: { L2: 24.5, L3: 24, L4: 24.6 } },
  { name: 'middle higher than the others, a crushed one of which does not count', input: { fit: makeFit({ heightsMm: { anterior: 21.7, middle: 25.9, posterior: 22.4 } }), pick: { level: 'L2', centreLps: centre, state: 'confirmed' } }, others: { L1: 12, L3: 20 } },
  { name: 'front higher than the only other, which may be the crushed one', input: { fit: makeFit({ heightsMm: { anterior: 30, middle: 22, posterior: 24 } }) }, others: { L2: 17 } },
  { name: 'as high as the others', input: { fit: makeFit() }, others: { T12: 15.5, L3: 16.2 } },
  { name: 'a bridge', phantom: { boneHu: 130, block: { hu: 500, min: [0, 8, 13], max: [37, 13, 20] } }, input: { fit: makeFit() } },
  { name: 'a bridge in thick slices is not told', phantom: { boneHu: 130, block: { hu: 500, min: [0, 8, 13], max: [37, 13, 20] } }, input: { fit: makeFit(), facts: { ...facts, sliceThicknessMm: 3 } } },
  { name: 'a level the network never saw', input: { pick: { level: 'L6', centreLps: centre, state: 'confirmed' } } },
  { name: 'half a percent counts as one', input: network({ outsideFraction: 0.0125 }) },
];

function run({ name, phantom = plain, at, input = {}, measures = false, others = {} }: Case) {
  const position = at === undefined ? centre : worldPoint(...at);
  const { origin, spacingMm } = ANISOTROPIC_GRID;
  const indexOf = (value: number, axis: 0 | 1 | 2): number => Math.round((value - origin[axis]) / spacingMm[axis]);
  const volume = makeSyntheticVolume((x, y, z) => {
    const index = [indexOf(x, 0), indexOf(y, 1), indexOf(z, 2)];
    const isInside = phantom.block !== null && index.every((value, axis) => value >= (phantom.block?.min[axis] ?? 0) && value < (phantom.block?.max[axis] ?? 0));
    const isOdd = (index[2] ?? 0) % 2 === 1;
    return isInside ? (phantom.block?.hu ?? 0) : phantom.boneHu + (phantom.alternatingHu ?? 0) * (isOdd ? 1 : -1);
  });
  const given = {
    facts, pick: { level: 'L1', centreLps: position, state: 'confirmed' }, isTiltResampled: false, snapConfidence: null,
    measured: measures ? measureRoi(volume, position, 120) : ok(makeMeasurement()), estimated: ok({ network: makeNetworkEstimate() }), ...input,
  } satisfies Partial<GateInput>;
  const whole: GateInput = { ...given, voxels: inspectVoxels(volume, given.pick.centreLps, given.fit ?? null, given.measured.ok ? given.measured.value.roi : null) };
  const warnings = againstOthers(whole, others);
  const { measured, estimated } = whole;
  return {
    name, phantom, others, level: whole.pick.level, centreLps: position, facts: whole.facts, fit: whole.fit ?? null, isFitSought: whole.fit !== undefined,
    roiSource: whole.roiSource ?? null, tissues: whole.tissues ?? null,
    measured: measures ? null : measured, estimated,
    warnings, densityRefused: isDensityRefused(warnings), networkRefused: isNetworkRefused(warnings),
  };
}

/** As the session does once all levels are known. */
function againstOthers(input: GateInput, others: Partial<Record<VertebraName, number>>): readonly LevelWarning[] {
  const { pick: { level }, fit = null } = input;
  const result = (name: VertebraName, ownFit: VertebraFit | null, warnings: readonly LevelWarning[]): LevelResult => ({ level: name, measurement: null, fit: ownFit, network: null, run: null, warnings });
  const beside = (Object.keys(others) as VertebraName[]).map((name) => result(name, makeFit({ heightsMm: { anterior: others[name] ?? 0, middle: others[name] ?? 0, posterior: others[name] ?? 0 } }), []));
  return judgeHeights([result(level, fit, findWarnings(input)), ...beside])[0]?.warnings ?? [];
}

/** No phantom of these has tissue enough for streaks, so the simulated case stands for them; Python reads the same file. */
function streaksOfCase(): unknown {
  const found = readDoubtCases().find(({ kind }) => kind === 'streaks');
  if (!found) throw new Error('There is no simulated case of streaks.');
  return inspectVoxels(found.volume, found.centreLps, null, null).doubts.streaks;
}

function expectCurrent(file: string, content: unknown): void {
  const text = `${JSON.stringify(content, null, 1)}\n`;
  if (process.env['UPDATE_TWIN'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
}

describe('what Python takes from the app', () => {
  it('has the numbers of the measurement and the gates from here', () => {
    expectCurrent(RULES_FILE, {
      about: 'Written by src/core/results/python-twin.test.ts from the sources of the app; do not edit.',
      statement: RESEARCH_ONLY_STATEMENT,
      format: SESSION_FORMAT,
      schemaVersion: SESSION_SCHEMA_VERSION,
      roi: ROI_SHAPE,
      fit: FIT,
      bodyRoi: BODY_ROI,
      besideFocus: BESIDE_FOCUS,
      roiSizeMm: ROI_SIZE_MM,
      bodyRegion: BODY_REGION,
      denseAboveHu: DENSE_ABOVE_HU,
      metalAboveHu: METAL_ABOVE_HU,
      huPerMgCm3: HU_PER_MG_CM3,
      qct: { lowBelow: QCT_LOW_BELOW_MG_CM3, osteoporosisBelow: QCT_OSTEOPOROSIS_BELOW_MG_CM3 },
      gates: GATE_LIMITS,
      doubts: DOUBT_LIMITS,
      contrastAortaHu: CONTRAST_AORTA_HU,
      heights: { healthyMiddle: HEALTHY_MIDDLE, leastLoss: GENANT_LOSS[0], usualMm: USUAL_HEIGHTS_MM, tooHigh: TOO_HIGH },
      neighbourSpacingMm: NEIGHBOUR_SPACING_MM,
    });
  });

  it('has cases of every gate that a script can meet, with the sentences of the app', () => {
    const { sizeVox, spacingMm, origin } = ANISOTROPIC_GRID;
    expectCurrent(CASES_FILE, { grid: { sizeVox, spacingMm, origin }, cases: CASES.map(run), streaks: streaksOfCase() });
  });
});
