import { describe, expect, it } from 'vitest';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { LevelPick } from './pick.ts';
import { VERTEBRAE, type VertebraName } from './vertebra-name.ts';
import { walkSpine } from './walk-spine.ts';

/** A spine with a lordosis: the way turns by some 45 degrees from T10 to L5. Distances differ from the means by up to a tenth. */
const LADDER: readonly (readonly [VertebraName, WorldPoint])[] = (['T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5'] as const).map((name, n) => [
  name, worldPoint(4 + n * n * 0.4, -60 - 3.4 * n + 1.4 * (n - 4) ** 2, 420 - 30.5 * n - 0.3 * n * n),
]);
const volume = makeSyntheticVolume(() => 0, { sizeVox: [60, 80, 110], spacingMm: [2.5, 2.4, 3], origin: worldPoint(-70, -160, 160) });

function start(level: VertebraName): LevelPick {
  const centreLps = LADDER.find(([name]) => name === level)?.[1] ?? worldPoint(0, 0, 0);
  return { level, centreLps, state: 'confirmed' };
}

/** Marked far from all bodies, so that only the name counts. */
function elsewhere(level: VertebraName): LevelPick {
  return { level, centreLps: worldPoint(90, 90, 800), state: 'confirmed' };
}

/** A snap that reaches 12 mm; `missing` bodies are not seen. */
function finderOf(missing: readonly VertebraName[] = [], asked: WorldPoint[] = []) {
  return (at: WorldPoint) => {
    asked.push(at);
    const near = LADDER.find(([name, centre]) => !missing.includes(name) && distanceMm(centre, at) < 12);
    const size = { halfWidthMm: 22, halfDepthMm: 16, heightMm: 25 };
    return Promise.resolve(near ? { centreLps: near[1], confidence: 0.95, moved: true, ...size } : { centreLps: at, confidence: 0.2, moved: false, ...size });
  };
}

const walk = (level: VertebraName, change: Partial<Parameters<typeof walkSpine>[0]> = {}) =>
  walkSpine({ volume, start: start(level), taken: [], find: finderOf(), isWanted: () => true, ...change });
const names = (found: readonly LevelPick[]) => found.map(({ level }) => level).join(' ');

describe('walkSpine', () => {
  it('finds the neighbours of any level along a curved spine, from head to feet, and ends at T10 and L5', async () => {
    for (const [name] of LADDER) {
      const found = await walk(name);
      expect(names(found)).toBe(LADDER.flatMap(([other]) => (other === name ? [] : [other])).join(' '));
      for (const { level, centreLps } of found) expect(centreLps).toEqual(start(level).centreLps);
    }
  });

  it('counts an extra vertebra where one is named', async () => {
    expect(names(await walk('L1', { taken: [elsewhere('T13')] }))).toBe('L2 L3 L4 L5');
    const found = await walk('T12', { taken: [elsewhere('T13')] });
    expect(names(found)).toBe('T10 T11');
  });

  it('ends where no body is found, and does not skip it', async () => {
    expect(names(await walk('L1', { find: finderOf(['L3']) }))).toBe('T10 T11 T12 L2');
  });

  it('does not take the body it comes from, or the one after the next, for the next', async () => {
    const sticky = finderOf(['T12', 'L2']);
    expect(names(await walk('L1', { find: sticky }))).toBe('');
    expect(names(await walk('L1', { find: (at) => sticky(at).then((snap) => ({ ...snap, centreLps: start('L1').centreLps, confidence: 1 })) }))).toBe('');
  });

  it('asks for no body at the edge of the scan or beyond', async () => {
    const asked: WorldPoint[] = [];
    const cut = makeSyntheticVolume(() => 0, { sizeVox: [60, 80, 40], spacingMm: [2.5, 2.4, 3], origin: worldPoint(-70, -160, 262) });
    expect(names(await walk('L1', { volume: cut, find: finderOf([], asked) }))).toBe('T12 L2');
    expect(asked.every(([, , z]) => z >= 272 && z <= 262 + 39 * 3 - 10)).toBe(true);
  });

  it('ends when it is not wanted any more, and before names that are there', async () => {
    let steps = 0;
    expect((await walk('L1', { isWanted: () => (steps += 1) < 3 })).length).toBe(2);
    expect(names(await walk('L1', { taken: [elsewhere('L1'), elsewhere('T11'), elsewhere('L4')] }))).toBe('T12 L2 L3');
  });

  it('ends before a body that is there under another name', async () => {
    // The fourth body of the ladder is L1 here, and there is no T12: T11 is the third.
    const shifted = (name: VertebraName, level: VertebraName): LevelPick => ({ ...start(name), level });
    const taken = [shifted('T12', 'T11'), shifted('L1', 'L1'), shifted('L2', 'L2')];
    expect(names(await walk('T12', { start: shifted('T12', 'T11'), taken }))).toBe('T10');
    expect(names(await walk('T12', { start: shifted('T12', 'T11'), taken: taken.slice(2) }))).toBe('T10 T12');
  });

  it('does not propose a rejected body again, but its name where another body has it', async () => {
    expect(names(await walk('L1', { taken: [{ ...start('L3'), state: 'rejected' }] }))).toBe('T10 T11 T12 L2');
    expect(names(await walk('L1', { taken: [{ ...elsewhere('L3'), state: 'rejected' }] }))).toBe('T10 T11 T12 L2 L3 L4 L5');
  });

  it('starts from nothing that is not measured', async () => {
    for (const name of VERTEBRAE.slice(0, 9)) expect(await walk('L1', { start: { ...start('L1'), level: name } })).toEqual([]);
  });
});
