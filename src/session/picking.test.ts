import { describe, expect, it } from 'vitest';
import { distanceMm, worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import { placeProposals } from '#src/core/levels/picks.ts';
import type { SnapResult } from '#src/core/levels/snap-to-body.ts';
import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { createPicking } from './picking.ts';
import { createSessionStore } from './state.ts';

const volume = makeSyntheticVolume(() => 0, { sizeVox: [60, 80, 130], spacingMm: [2.5, 2.4, 3], origin: worldPoint(-70, -160, 120) });
const BODIES = Array.from({ length: 10 }, (_, n) => worldPoint(4 + n, -60 - 2 * n, 450 - 32 * n));
/** The third body from above. */
const clicked = worldPoint(9, -61, 383);

function setUp({ proposesNeighbours = true, isBody = true } = {}) {
  const store = createSessionStore({ state: 'empty' });
  const size = { halfWidthMm: 22, halfDepthMm: 16, heightMm: 25 };
  let asked = 0;
  const findBody = async (_volume: unknown, at: WorldPoint): Promise<SnapResult> => {
    asked += 1;
    await Promise.resolve();
    const near = isBody ? BODIES.find((centre) => distanceMm(centre, at) < 12) : undefined;
    return near ? { centreLps: near, confidence: 0.95, moved: true, ...size } : { centreLps: at, confidence: 0.1, moved: false, ...size };
  };
  const picking = createPicking({ store, openVolume: () => volume, findBody, proposesNeighbours });
  const show = () => store.getState().picks.present.picks.map(({ level, state }) => (state === 'proposed' ? `${level}?` : level)).join(' ');
  return { store, picking, show, asked: () => asked };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('picking', () => {
  it('places the armed level at the body, selects it, arms the next, and proposes its neighbours', async () => {
    const { store, picking, show } = setUp();
    expect(picking.pickAt(clicked)).toBe(false);
    picking.arm('T12');
    expect(picking.pickAt(clicked)).toBe(true);
    await settled();
    expect(show()).toBe('T10? T11? T12 L1? L2? L3? L4? L5?');
    const { picks, selectedLevel } = store.getState();
    expect(picks.present.picks[2]?.centreLps).toEqual(BODIES[2]);
    expect([selectedLevel, picks.present.armed]).toEqual(['T12', 'L1']);
    expect(picking.snapConfidenceAt(BODIES[2] ?? clicked)).toBe(0.95);
    picking.undo();
    expect(show()).toBe('T12');
  });

  it('proposes none where a pick stands alone: on request, where no body was found, while the whole scan is searched, or when it is undone', async () => {
    const alone = setUp({ proposesNeighbours: false });
    alone.picking.arm('T12');
    alone.picking.pickAt(clicked);
    const nowhere = setUp({ isBody: false });
    nowhere.picking.arm('T12');
    nowhere.picking.pickAt(clicked);
    const searched = setUp();
    searched.store.setState({ spine: { status: 'running', done: 0, total: 3 } });
    searched.picking.arm('T12');
    searched.picking.pickAt(clicked);
    await settled();
    expect([alone.show(), nowhere.show(), searched.show()]).toEqual(['T12', 'T12', 'T12']);

    const undone = setUp();
    undone.picking.arm('T12');
    undone.picking.pickAt(clicked);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(undone.show()).toBe('T12');
    undone.picking.undo();
    await settled();
    expect(undone.show()).toBe('');
    expect(undone.asked()).toBeLessThan(6);
  });

  it('keeps what the reader armed while the body was looked for', async () => {
    const { store, picking } = setUp();
    picking.arm('T12');
    picking.pickAt(clicked);
    picking.arm('L4');
    await settled();
    expect(store.getState().picks.present.armed).toBe('L4');
  });

  it('rejects a proposal, removes a pick, and keeps the same vertebra selected through new names', async () => {
    const { store, picking, show } = setUp();
    const trust = { confidence: 0.9, nameConfidence: 0.5 };
    const names: readonly VertebraName[] = ['T12', 'L1', 'L2', 'L3'];
    store.setState({ picks: placeProposals(store.getState().picks, names.map((level, n) => ({ level, centreLps: BODIES[n] ?? clicked, state: 'proposed', proposal: trust }))) });
    picking.select('L2');
    picking.shift(1);
    expect([show(), store.getState().selectedLevel]).toEqual(['L1? L2? L3? L4?', 'L3']);
    picking.rename('L3', 'L1', true);
    expect([show(), store.getState().selectedLevel]).toEqual(['T11? T12? L1? L2?', 'L1']);
    picking.confirm('L1');
    picking.remove('T11');
    picking.remove('L1');
    expect(store.getState().picks.present.picks.map(({ level, state }) => `${level} ${state}`)).toEqual(['T11 rejected', 'T12 proposed', 'L2 proposed']);
    expect(store.getState().selectedLevel).toBeNull();
    picking.confirmAll();
    expect(show()).toBe('T11 T12 L2');
    picking.rename('L2', 'T12', false);
    expect(store.getState().messages.map(({ sentence }) => sentence).join()).toContain('cannot be named T12');
  });
});
