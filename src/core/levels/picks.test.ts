import { describe, expect, it } from 'vitest';
import { worldPoint } from '../geometry/spaces.ts';
import type { LevelPick } from './pick.ts';
import type { VertebraName } from './vertebra-name.ts';
import { checkPicks } from './check-picks.ts';
import {
  armLevel, canRedo, canUndo, editRoi, emptyPickHistory, findPick, movePick, nextArmed, placePick, placePicks, redoPick,
  removePick, shiftAll, undoPick, type PickHistory,
} from './picks.ts';

function pick(level: VertebraName, z: number, state: LevelPick['state'] = 'confirmed'): LevelPick {
  return { level, centreLps: worldPoint(3, -70, z), state };
}

function levelsOf({ present }: PickHistory): string {
  return present.picks.map(({ level }) => level).join(' ');
}

const three = [pick('L2', 300), pick('L1', 334), pick('T12', 367)].reduce(placePick, emptyPickHistory());

describe('picks', () => {
  it('keeps picks from head to feet, one for each level', () => {
    expect(levelsOf(three)).toBe('T12 L1 L2');
    const again = placePick(three, pick('L1', 330));
    expect(levelsOf(again)).toBe('T12 L1 L2');
    expect(findPick(again.present, 'L1')?.centreLps[2]).toBe(330);
  });

  it('arms the next level down, then the next up, then none', () => {
    expect(nextArmed([pick('L1', 0)], 'L1')).toBe('L2');
    expect(nextArmed([pick('L5', 0), pick('L4', 1)], 'L5')).toBe('L3');
    expect(nextArmed([pick('L4', 0), pick('L5', 1)], 'L4')).toBe('L3');
    const all = (['T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5'] as const).map((level, n) => pick(level, -n));
    expect(nextArmed(all, 'L1')).toBeNull();
    expect(placePick(emptyPickHistory(), pick('L3', 0)).present.armed).toBe('L4');
  });

  it('undoes and redoes every edit, and arming is none', () => {
    const moved = movePick(armLevel(three, 'T10'), 'L1', worldPoint(9, 9, 340));
    expect(findPick(moved.present, 'L1')).toEqual({ level: 'L1', centreLps: [9, 9, 340], state: 'edited' });
    const undone = undoPick(moved);
    expect(findPick(undone.present, 'L1')?.centreLps[2]).toBe(334);
    expect(undone.present.armed).toBe('T10');
    expect(redoPick(undone).present).toEqual(moved.present);
    expect(levelsOf(undoPick(undoPick(undoPick(three))))).toBe('');
    expect(canUndo(emptyPickHistory())).toBe(false);
    expect(undoPick(emptyPickHistory())).toEqual(emptyPickHistory());
    expect(redoPick(three)).toBe(three);
  });

  it('forgets what was undone once something new is done', () => {
    const branched = placePick(undoPick(three), pick('L5', 200));
    expect(canRedo(branched)).toBe(false);
    expect(levelsOf(branched)).toBe('L1 L2 L5');
  });

  it('arms a removed level and leaves absent ones alone', () => {
    const removed = removePick(three, 'L1');
    expect(levelsOf(removed)).toBe('T12 L2');
    expect(removed.present.armed).toBe('L1');
    expect(removePick(three, 'L5')).toBe(three);
    expect(movePick(three, 'L5', worldPoint(0, 0, 0))).toBe(three);
  });

  it('renames all picks by one and keeps their centres', () => {
    const down = shiftAll(three, 1);
    if (!down.ok) throw new Error(down.error.sentence);
    expect(levelsOf(down.value)).toBe('L1 L2 L3');
    expect(findPick(down.value.present, 'L3')?.centreLps[2]).toBe(300);
    expect(down.value.present.armed).toBe('L4');
    expect(undoPick(down.value).present).toEqual(three.present);
  });

  it('refuses to rename beyond T1 to S1, and names the level', () => {
    const lowest = placePick(three, pick('S1', 160));
    expect(shiftAll(lowest, 1)).toMatchObject({ ok: false, error: { code: 'shift-leaves-range', sentence: expect.stringContaining('S1') as string } });
    expect(shiftAll(placePick(three, pick('T1', 620)), -1)).toMatchObject({ ok: false, error: { code: 'shift-leaves-range' } });
    expect(shiftAll(emptyPickHistory(), 1)).toMatchObject({ ok: false, error: { code: 'nothing-to-shift' } });
  });

  it('keeps a region that the reader drew until the mark is moved, or the reader takes it back', () => {
    const roi = { centreLps: [1, 2, 3] as const, up: [0, 0, 1] as const, front: [0, -1, 0] as const, left: [1, 0, 0] as const, halfWidthMm: 8, halfDepthMm: 6, heightMm: 7 };
    const drawn = editRoi(three, 'L1', roi);
    expect(findPick(drawn.present, 'L1')).toMatchObject({ state: 'edited', roi });
    expect(findPick(movePick(drawn, 'L1', worldPoint(1, 2, 330)).present, 'L1')).not.toHaveProperty('roi');
    expect(findPick(editRoi(drawn, 'L1', null).present, 'L1')).not.toHaveProperty('roi');
    expect(findPick(undoPick(drawn).present, 'L1')).not.toHaveProperty('roi');
    expect(editRoi(three, 'L5', roi)).toBe(three);
  });

  it('adds many picks as one step', () => {
    const added = placePicks(three, [pick('L3', 266), pick('L4', 232)]);
    expect(levelsOf(undoPick(added))).toBe('T12 L1 L2');
  });
});

describe('checkPicks', () => {
  it('says nothing of a usual spine', () => {
    expect(checkPicks(three.present.picks)).toEqual([]);
    expect(checkPicks([pick('T12', 367), pick('L3', 267)])).toEqual([]);
  });

  it('warns of a lower level that lies higher', () => {
    expect(checkPicks([pick('L1', 300), pick('L2', 334)])).toMatchObject([{ code: 'order', levels: ['L1', 'L2'] }]);
  });

  it('warns of neighbours too close or too far, counting the levels between', () => {
    expect(checkPicks([pick('L1', 310), pick('L2', 300)])).toMatchObject([{ code: 'too-close' }]);
    expect(checkPicks([pick('L1', 367), pick('L2', 300)])).toMatchObject([{ code: 'too-far', sentence: expect.stringContaining('67 mm') as string }]);
    expect(checkPicks([pick('L1', 330), pick('L3', 300)])).toMatchObject([{ code: 'too-close', levels: ['L1', 'L3'] }]);
  });

  it('leaves rejected picks out', () => {
    expect(checkPicks([pick('L1', 300), pick('L2', 334, 'rejected')])).toEqual([]);
  });
});
