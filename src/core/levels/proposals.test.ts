import { describe, expect, it } from 'vitest';
import { worldPoint } from '../geometry/spaces.ts';
import { isOwnProposal, type LevelPick } from './pick.ts';
import {
  armLevel, confirmAll, confirmPick, emptyPickHistory, findPick, movePick, nextArmed, placePick, placePicks, placeProposals, rejectPick, renamePick, shiftAll, undoPick, type PickHistory,
} from './picks.ts';
import type { NameProblem } from './rename.ts';
import type { Result } from '#src/lib/result.ts';
import type { VertebraName } from './vertebra-name.ts';

/** A leaning spine: every body has a place of its own in x, y and z. */
function placeOf(n: number) {
  return worldPoint(3 + 2 * n, -70 - 5 * n, 400 - 33 * n);
}

function proposed(names: readonly VertebraName[], from = 0, nameConfidence = 0.6): readonly LevelPick[] {
  return names.map((level, n) => ({ level, centreLps: placeOf(from + n), state: 'proposed', proposal: { confidence: 0.9, nameConfidence } }));
}

function picked(level: VertebraName, n: number, state: LevelPick['state'] = 'confirmed'): LevelPick {
  return { level, centreLps: placeOf(n), state };
}

/** "T12? L1 L2x": with "?" for proposed, "x" for rejected, "*" where the reader moved it. */
function show({ present }: PickHistory): string {
  const marks = { proposed: '?', confirmed: '', edited: '*', rejected: 'x' };
  return present.picks.map(({ level, state }) => level + marks[state]).join(' ');
}

function done(result: Result<PickHistory, NameProblem>): PickHistory {
  if (!result.ok) throw new Error(result.error.sentence);
  return result.value;
}

const spine = placeProposals(emptyPickHistory(), proposed(['T11', 'T12', 'L1', 'L2', 'L3']));
const nameConfidences = ({ present }: PickHistory): readonly number[] => present.picks.flatMap((pick) => (isOwnProposal(pick) ? [pick.proposal.nameConfidence] : []));

describe('proposals', () => {
  it('are one step of undo, arm nothing, and all are confirmed at once', () => {
    expect(show(spine)).toBe('T11? T12? L1? L2? L3?');
    expect(spine.present.armed).toBeNull();
    const asOpened = armLevel(emptyPickHistory(), 'L1');
    expect(placeProposals(asOpened, proposed(['T12', 'L1'])).present.armed).toBeNull();
    // A click on T6 with L1 still armed would rename the spine.
    expect(placeProposals(asOpened, proposed(['T5', 'T6', 'T7'])).present.armed).toBeNull();
    expect(placeProposals(asOpened, []).present.armed).toBe('L1');
    expect(show(undoPick(spine))).toBe('');
    const all = confirmAll(armLevel(spine, 'L4'));
    expect(show(all)).toBe('T11 T12 L1 L2 L3');
    expect(all.present.armed).toBeNull();
    expect(all.present.picks.every((pick) => pick.proposal === undefined)).toBe(true);
    expect(show(undoPick(all))).toBe('T11? T12? L1? L2? L3?');
    expect(confirmAll(all)).toBe(all);
  });

  it('are replaced by later ones, which leave what the reader or a file placed', () => {
    const mixed = placePicks(confirmPick(movePick(spine, 'L2', worldPoint(9, -88, 302)), 'T12'), [picked('L4', 5, 'proposed')]);
    expect(show(mixed)).toBe('T11? T12 L1? L2* L3? L4?');
    const again = placeProposals(mixed, proposed(['T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4'], -1));
    expect(show(again)).toBe('T10? T11? T12 L1? L2* L3? L4?');
    expect(findPick(again.present, 'L4')?.proposal).toBeUndefined();
    expect(findPick(again.present, 'L2')?.centreLps).toEqual([9, -88, 302]);
  });

  it('follow the names that the reader gave, whichever came first', () => {
    const hand = placePick(emptyPickHistory(), { ...picked('L2', 2), centreLps: worldPoint(8, -82, 331) });
    const later = placeProposals(hand, proposed(['T11', 'T12', 'L1', 'L2', 'L3']));
    expect(show(later)).toBe('T12? L1? L2 L3? L4?');
    expect(nameConfidences(later)).toEqual([1, 1, 1, 1]);
    const first = placePick(spine, picked('L2', 2));
    expect(show(first)).toBe('T12? L1? L2 L3? L4?');
    expect(findPick(first.present, 'L3')?.centreLps).toEqual(placeOf(3));
  });

  it('are not made again where the reader rejected the body', () => {
    const rejected = rejectPick(spine, 'L1');
    expect(show(rejected)).toBe('T11? T12? L1x L2? L3?');
    const again = placeProposals(rejected, proposed(['T12', 'L1', 'L2', 'L3', 'L4'], 0));
    expect(again.present.picks.filter(({ centreLps }) => centreLps[2] === placeOf(2)[2]).map(({ state }) => state)).toEqual(['rejected']);
  });

  it('take the name of a rejected body where another body has it now', () => {
    const rejected = rejectPick(spine, 'L1');
    const moved = placeProposals(rejected, proposed(['T12', 'L1', 'L2', 'L3', 'L4'], 0));
    // The rejected body, third in the row, is L2 by the new names, and another is proposed as L1.
    expect(show(moved)).toBe('T12? L1? L2x L3? L4?');
    expect(findPick(moved.present, 'L1')?.centreLps).toEqual(placeOf(1));
    expect(findPick(moved.present, 'L2')?.centreLps).toEqual(placeOf(2));
    // Where nothing is proposed on it any more, its name is free.
    const elsewhere = placeProposals(rejected, [...proposed(['T12'], 0), ...proposed(['L1'], 1)]);
    expect(show(elsewhere)).toBe('T12? L1?');
  });

  it('are what the next armed level may replace', () => {
    expect(nextArmed(placePick(spine, picked('L1', 2)).present.picks, 'L1')).toBe('L2');
    expect(nextArmed(confirmAll(spine).present.picks, 'L1')).toBe('L4');
  });

  it('have sure names once one of them is confirmed, renamed or all are shifted', () => {
    expect(nameConfidences(spine)).toEqual([0.6, 0.6, 0.6, 0.6, 0.6]);
    expect(nameConfidences(confirmPick(spine, 'L1'))).toEqual([1, 1, 1, 1]);
    expect(nameConfidences(done(renamePick(spine, 'L1', 'L2', true)))).toEqual([1, 1, 1, 1, 1]);
    expect(nameConfidences(done(shiftAll(spine, 1)))).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('how the app counted to a name', () => {
  const counted = placeProposals(emptyPickHistory(), proposed(['T11', 'T12', 'L1', 'L2', 'L3']).map((pick) => ({ ...pick, nameCount: { confidence: 0.6, anchors: ['last-rib'] as const } })));
  const namedByApp = ({ present }: PickHistory): string => present.picks.flatMap(({ level, nameCount }) => (nameCount?.confidence === 0.6 ? [level] : [])).join(' ');

  it('is kept where the reader confirms, moves or draws without naming anything', () => {
    expect(namedByApp(confirmAll(counted))).toBe('T11 T12 L1 L2 L3');
    expect(namedByApp(confirmPick(counted, 'L1'))).toBe('T11 T12 L1 L2 L3');
    expect(namedByApp(movePick(counted, 'L1', worldPoint(8, -82, 331)))).toBe('T11 T12 L1 L2 L3');
    const again = placeProposals(confirmPick(counted, 'L1'), proposed(['T12', 'L1', 'L2', 'L3', 'L4'], 1).map((pick) => ({ ...pick, nameCount: { confidence: 0.9, anchors: [] } })));
    expect(namedByApp(again)).toBe('T12 L1 L2 L3 L4');
  });

  it('is gone once the reader names, renames or shifts', () => {
    expect(namedByApp(done(shiftAll(confirmAll(counted), 1)))).toBe('');
    expect(namedByApp(done(renamePick(counted, 'L1', 'L2', true)))).toBe('');
    expect(namedByApp(done(renamePick(counted, 'L3', 'L4', false)))).toBe('T11 T12 L1 L2');
    expect(namedByApp(placePick(counted, picked('L2', 2)))).toBe('');
  });
});

describe('names', () => {
  it('are renamed along from one vertebra', () => {
    const renamed = done(renamePick(spine, 'L3', 'L4', true));
    expect(show(renamed)).toBe('T12? L1? L2? L3? L4?');
    expect(findPick(renamed.present, 'L4')?.centreLps).toEqual(placeOf(4));
  });

  it('take in a T13, an L6 and a lumbarised S1', () => {
    expect(show(done(renamePick(spine, 'L1', 'T13', true)))).toBe('T11? T12? T13? L1? L2?');
    const low = confirmAll(placeProposals(emptyPickHistory(), proposed(['L3', 'L4', 'L5', 'S1'])));
    expect(show(done(renamePick(low, 'S1', 'L6', true)))).toBe('L3 L4 L5 L6');
    expect(show(done(renamePick(low, 'L5', 'L6', true)))).toBe('L4 L5 L6 S1');
    expect(show(done(renamePick(low, 'S1', 'L6', false)))).toBe('L3 L4 L5 L6');
  });

  it('are shifted with a T13 in place, and back', () => {
    const withT13 = placeProposals(emptyPickHistory(), proposed(['T11', 'T12', 'T13', 'L1']));
    const up = done(shiftAll(withT13, -1));
    expect(show(up)).toBe('T10? T11? T12? T13?');
    expect(show(done(shiftAll(up, 1)))).toBe('T11? T12? T13? L1?');
  });

  it('are counted body by body where the spine has eleven ribs or four lumbar vertebrae', () => {
    const eleven = placeProposals(emptyPickHistory(), proposed(['T10', 'T11', 'L1', 'L2']));
    expect(show(done(renamePick(eleven, 'L1', 'T12', true)))).toBe('T10? T11? T12? L1?');
    expect(show(done(renamePick(eleven, 'T10', 'T11', true)))).toBe('T11? T12? L1? L2?');
    expect(show(done(shiftAll(eleven, -1)))).toBe('T9? T10? T11? L1?');
    const four = placeProposals(emptyPickHistory(), proposed(['L3', 'L4', 'S1']));
    expect(show(done(renamePick(four, 'S1', 'L5', true)))).toBe('L3? L4? L5?');
    // Two steps apart T12 is only not marked.
    const gap = placeProposals(emptyPickHistory(), [...proposed(['T11'], 0), ...proposed(['L1'], 2)]);
    expect(show(done(renamePick(gap, 'L1', 'T12', true)))).toBe('T10? T12?');
    expect(nextArmed(placePick(eleven, picked('T11', 1)).present.picks, 'T11')).toBe('L1');
    expect(nextArmed(confirmAll(eleven).present.picks, 'T11')).toBe('L3');
  });

  it('leave the others when one is renamed alone, and never come twice', () => {
    const gap = confirmAll(placeProposals(emptyPickHistory(), proposed(['T12', 'L1', 'L3'])));
    expect(show(done(renamePick(gap, 'L3', 'L2', false)))).toBe('T12 L1 L2');
    expect(renamePick(gap, 'L3', 'L1', false)).toMatchObject({ ok: false, error: { code: 'name-taken', sentence: expect.stringContaining('L1') as string } });
  });

  it('drop a proposal that leaves T1 to S1, and refuse for what the reader placed', () => {
    const low = placeProposals(emptyPickHistory(), proposed(['L4', 'L5', 'S1']));
    expect(show(done(shiftAll(low, 1)))).toBe('L5? S1?');
    expect(shiftAll(confirmAll(low), 1)).toMatchObject({ ok: false, error: { code: 'shift-leaves-range' } });
  });
});
