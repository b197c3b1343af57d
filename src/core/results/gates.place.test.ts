import { describe, expect, it } from 'vitest';
import { fail } from '#src/lib/result.ts';
import { readDoubtCases } from '#src/testing/doubt-cases.ts';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadReferenceCt, referenceLevels, type ReferenceCt } from '#src/testing/reference-centres.ts';
import { ArrayVolume, seededRandom } from '#src/testing/synthetic-volume.ts';
import { invertAffine, worldToIndex } from '../geometry/affine.ts';
import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { isVertebraName, type VertebraName } from '../levels/vertebra-name.ts';
import { chooseRoi } from '../measure/choose-roi.ts';
import { inspectLevel } from '../measure/inspect-level.ts';
import { boxAround } from '../measure/roi.ts';
import { findWarnings } from './gates.ts';

/* Marks beside the body, scans that end in it and noise, made of one simulated vertebra without a doubt and of the real CTs. */

type Place = { readonly volume: ArrayVolume; readonly level: VertebraName; readonly centreLps: WorldPoint };

function said({ volume, level, centreLps }: Place): readonly string[] {
  const choice = chooseRoi(volume, centreLps, undefined);
  const warnings = findWarnings({
    ...inspectLevel(volume, centreLps, choice, 120), fit: choice.fit, facts: { kvp: 120, sliceThicknessMm: 3, kernel: 'B70s', contrast: null },
    pick: { level, centreLps, state: 'confirmed' }, isTiltResampled: false, snapConfidence: null, estimated: fail({ code: 'none', sentence: 'None.' }),
  });
  return warnings.filter(({ code }) => code !== 'none' && code !== 'bridge').map(({ effect, code }) => `${effect} ${code}`);
}

function moved({ centreLps: [x, y, z], ...place }: Place, [dx, dy, dz]: readonly [number, number, number]): Place {
  return { ...place, centreLps: worldPoint(x + dx, y + dy, z + dz) };
}

/** The scan ends so far above the mark; its slices lie across the patient. */
function endedAbove(place: Place, mm: number): Place {
  const { volume, centreLps: [x, y, z] } = place;
  const end = Math.round(worldToIndex(invertAffine(volume.indexToWorld), worldPoint(x, y, z + mm))[2] + 0.5);
  const isUpwards = (volume.indexToWorld[10] ?? 0) > 0;
  const { sizeVox, indexToWorld, valuesHu } = volume.readBlock({ min: [0, 0, isUpwards ? 0 : end], max: [volume.sizeVox[0], volume.sizeVox[1], isUpwards ? end : volume.sizeVox[2]] });
  return { ...place, volume: new ArrayVolume(volume.id, sizeVox, indexToWorld, valuesHu) };
}

/** The voxels round the mark alone: noise for a whole scan takes long. */
function cropped(place: Place, halfMm: number): Place {
  const { sizeVox, indexToWorld, valuesHu } = place.volume.readBlock(boxAround(place.volume, place.centreLps, [halfMm, halfMm, halfMm]));
  return { ...place, volume: new ArrayVolume(place.volume.id, sizeVox, indexToWorld, valuesHu) };
}

function noisy(place: Place, sdHu: number): Place {
  const random = seededRandom(20261123);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const { id, sizeVox, indexToWorld, valuesHu } = place.volume;
  return { ...place, volume: new ArrayVolume(id, sizeVox, indexToWorld, Int16Array.from(valuesHu, (hu) => Math.round(hu + sdHu * normal()))) };
}

describe('a simulated vertebra without a doubt', () => {
  const found = readDoubtCases().find(({ kind }) => kind === 'plain');
  if (found === undefined) throw new Error('There is no plain case.');

  it.each([[8, 0, 0], [0, -8, 0], [0, 0, 8]] as const)('is marked where its mark lies 8 mm beside the centre: %i %i %i', (...offset) => {
    expect(said(found)).toEqual([]);
    expect(said(moved(found, offset))).toEqual(['mark mark-off-body']);
  });

  it.each([[3, 'refuse roi-outside-scan'], [6, 'mark body-cut'], [10, 'mark body-cut'], [13, 'mark body-cut']] as const)('is cut where the scan ends %i mm above its centre: %s', (mm, gravest) => {
    const warnings = said(endedAbove(found, mm));
    expect(warnings[0]).toBe(gravest);
    expect(warnings).toContain('mark body-cut');
  });

  it('is whole where the scan ends in the disc above', () => {
    expect(said(endedAbove(found, 18))).not.toContain('mark body-cut');
  });

  it('is noisy where single voxels are', () => {
    expect(said(noisy(found, 160))).toContain('mark noisy');
  });
});

describe.skipIf(!hasTestData('reference.json'))(`real vertebrae (skipped where ${NO_TEST_DATA})`, () => {
  const placeOf = (name: ReferenceCt, level: string): Place => {
    const centreLps = referenceLevels(name).find((one) => one.level === level)?.centre;
    if (centreLps === undefined || !isVertebraName(level)) throw new Error(`${name} has no ${level}.`);
    return { volume: loadReferenceCt(name), level, centreLps };
  };

  it('are marked where the mark lies 8 mm beside the centre', () => {
    const l3 = placeOf('ts-example', 'L3');
    expect(said(l3)).toEqual([]);
    for (const offset of [[8, 0, 0], [0, 0, 8]] as const) expect.soft(said(moved(l3, offset))).toEqual(['mark mark-off-body']);
    // In front of it no body is found any more, which is said instead.
    expect(said(moved(l3, [0, -8, 0]))).toEqual(['mark no-fit']);
  });

  it('are cut where the scan ends in them, and the last of a scan are', () => {
    const l3 = placeOf('ts-example', 'L3');
    expect(said(endedAbove(l3, 3))[0]).toBe('refuse roi-outside-scan');
    for (const mm of [6, 10, 13]) expect.soft(said(endedAbove(l3, mm)), `${mm} mm`).toContain('mark body-cut');
    expect.soft(said(placeOf('ts-example', 'T12'))).toContain('mark body-cut');
    expect.soft(said(placeOf('lidc-0314-chest', 'T12'))).toContain('mark body-cut');
    expect.soft(said(placeOf('ts-example', 'L5'))).not.toContain('mark body-cut');
  });

  it('are not noisy in a sharp kernel of 1 mm slices, and are with 90 HU more', () => {
    const t10 = cropped(placeOf('lidc-0314-chest', 'T10'), 60);
    expect(said(t10)).toEqual([]);
    expect(said(noisy(t10, 90))).toContain('mark noisy');
  });
});
