import { describe, expect, it } from 'vitest';
import { distanceMm, worldPoint } from '../geometry/spaces.ts';
import { VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import { drawnSpine, drawOutputs, gridAround, viewOfGrid, type HeatmapOptions } from '#src/testing/synthetic-heatmap.ts';
import { findSpine, type FoundVertebra } from './find-spine.ts';
import { proposeSpine } from './propose-spine.ts';

const USUAL: readonly VertebraName[] = VERTEBRAE.filter((name) => name !== 'T13' && name !== 'L6');
const from = (first: VertebraName, last: VertebraName): readonly VertebraName[] => USUAL.slice(USUAL.indexOf(first), USUAL.indexOf(last) + 1);

/** The network's grid follows the spine closely; the scan shows more on both sides. */
const ROOM_MM = 60;

const unfitted = (found: readonly FoundVertebra[]) => found.map((one) => ({ found: one, body: null }));

function find(names: readonly VertebraName[], options: Partial<HeatmapOptions> = {}, scale = 1) {
  const spine = drawnSpine(names, scale);
  const grid = gridAround(spine.map(({ centreLps }) => centreLps));
  const { names: levels = VERTEBRAE, stride = 4 } = options;
  const found = findSpine(drawOutputs(spine, { grid, ...options }), grid, levels, stride);
  return { spine, found, proposal: proposeSpine(unfitted(found), viewOfGrid(grid, ROOM_MM), 0) };
}

describe('findSpine', () => {
  it.each([[0.88], [1], [1.13]])('finds each body to a millimetre or two and names it, in a person of %f times the mean', (scale) => {
    const { spine, found } = find(from('T7', 'S1'), {}, scale);
    expect(found.map(({ name }) => name)).toEqual(spine.map(({ name }) => name));
    for (const [n, one] of found.entries()) expect(distanceMm(one.centreLps, spine[n]?.centreLps ?? worldPoint(0, 0, 0))).toBeLessThan(1.5);
  });

  it('fills a body that the network missed, at its place and with its name', () => {
    const { spine, found } = find(from('T8', 'L5'), { peak: ({ name }) => (name === 'T12' ? 0 : 0.9) });
    expect(found.map(({ name }) => name)).toEqual(from('T8', 'L5'));
    const filled = found.filter(({ isFilled }) => isFilled);
    expect(filled.map(({ name }) => name)).toEqual(['T12']);
    expect(distanceMm(filled[0]?.centreLps ?? worldPoint(0, 0, 0), spine[4]?.centreLps ?? worldPoint(0, 0, 0))).toBeLessThan(6);
  });

  it('leaves out a peak between two bodies, beside the spine and far from it', () => {
    const spine = drawnSpine(from('T9', 'L5'));
    const [, , third, fourth] = spine.map(({ centreLps }) => centreLps);
    const [a, b] = [third ?? worldPoint(0, 0, 0), fourth ?? worldPoint(0, 0, 0)];
    const others = [
      { at: worldPoint((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2), probability: 0.4 },
      { at: worldPoint(a[0] + 38, a[1], a[2] - 3), probability: 0.7 },
      { at: worldPoint(a[0] - 30, a[1] + 25, b[2] - 40), probability: 0.3 },
    ];
    const { found } = find(from('T9', 'L5'), { others });
    expect(found.map(({ name }) => name)).toEqual(from('T9', 'L5'));
  });

  it('finds nothing where there is no peak, or only a weak one', () => {
    expect(find(from('L1', 'L2'), { peak: () => 0 }).found).toEqual([]);
    expect(find(from('L1', 'L2'), { peak: ({ name }) => (name === 'L1' ? 0.3 : 0) }).found).toEqual([]);
  });

  it('keeps a crushed vertebra, which stands nearer to its neighbours than the model expects', () => {
    const spine = drawnSpine(from('T10', 'L4')).map((one, n) => (n < 4 ? one : { ...one, centreLps: worldPoint(one.centreLps[0], one.centreLps[1], one.centreLps[2] + (n === 4 ? 7 : 14)) }));
    const grid = gridAround(spine.map(({ centreLps }) => centreLps));
    expect(findSpine(drawOutputs(spine, { grid }), grid, VERTEBRAE, 4).map(({ name }) => name)).toEqual(from('T10', 'L4'));
  });

  it('takes a T13 and an L6 where the network says so, and reads names at half resolution as well', () => {
    const names: readonly VertebraName[] = [...from('T9', 'T12'), 'T13', ...from('L1', 'L5'), 'L6', 'S1'];
    expect(find(names, { stride: 2 }).found.map(({ name }) => name)).toEqual(names);
  });
});

describe('how sure a proposal is of its names', () => {
  it('is anchored where the network knows the names and ribs and sacrum are in view', () => {
    const { proposal } = find(from('T9', 'S1'));
    expect(proposal.anchors).toEqual(['sacrum', 'last-rib']);
    expect(proposal.isAnchored).toBe(true);
    for (const { nameConfidence } of proposal.vertebrae) expect(nameConfidence).toBeGreaterThan(0.95);
  });

  it('is not where the network cannot tell: confidence is low and other names are offered', () => {
    const { proposal } = find(from('L1', 'L4'), { sureness: () => 0 });
    expect(proposal.isAnchored).toBe(false);
    expect(Math.max(...proposal.vertebrae.map(({ nameConfidence }) => nameConfidence))).toBeLessThan(0.7);
    expect(proposal.alternatives.length).toBeGreaterThan(0);
  });

  it('is not where only the first rib is in view, or fewer than five bodies, however sure the network is', () => {
    const chest = find(from('T1', 'T10')).proposal;
    expect(chest.anchors).toEqual(['first-rib']);
    expect(chest.isAnchored).toBe(false);
    const few = find(from('T12', 'L3')).proposal;
    expect(few.anchors).toEqual(['last-rib']);
    expect(few.isAnchored).toBe(false);
    for (const { nameConfidence } of [...chest.vertebrae, ...few.vertebrae]) expect(nameConfidence).toBeLessThan(0.9);
  });

  it('is not where one end of a sure chain looks like its neighbours’ names', () => {
    const spine = drawnSpine(from('T7', 'S1'));
    // The upper third reads a little more like one level lower; all others are sure, so that the probabilities alone stay high.
    const upper = (own: number, lower: number) => spine.map((one, n): FoundVertebra => ({
      ...one, logit: 2, isFilled: false,
      nameEvidence: Float64Array.from(VERTEBRAE, (name) => {
        if (name === one.name) return n < 4 ? own : 3;
        return n < 4 && name === USUAL[USUAL.indexOf(one.name) + 1] ? lower : -9;
      }),
    }));
    const propose = (own: number, lower: number) => proposeSpine(unfitted(upper(own, lower)), viewOfGrid(gridAround(spine.map(({ centreLps }) => centreLps)), ROOM_MM), 0);
    expect(propose(2.7, 1.3).isAnchored).toBe(true);
    // Barely the likelier names, then the less likely ones.
    for (const { vertebrae, isAnchored, anchors } of [propose(2.4, 1.3), propose(1.6, 2.4)]) {
      expect(vertebrae.map(({ name }) => name)).toEqual(from('T7', 'S1'));
      expect(anchors).toEqual(['sacrum', 'last-rib']);
      expect(isAnchored).toBe(false);
      expect(Math.max(...vertebrae.map(({ nameConfidence }) => nameConfidence))).toBeCloseTo(0.6, 9);
    }
  });

  it('counts from no rib where the scan is too narrow to tell one from a transverse process', () => {
    const spine = drawnSpine(from('T10', 'L4'));
    const grid = gridAround(spine.map(({ centreLps }) => centreLps));
    const found = findSpine(drawOutputs(spine, { grid }), grid, VERTEBRAE, 4);
    const middle = found.find(({ name }) => name === 'L1')?.centreLps[0] ?? NaN;
    // Room on both sides of every body, then 50 mm on one side of L1 only.
    const wide = proposeSpine(unfitted(found), viewOfGrid(grid, 60), 0);
    const view = viewOfGrid({ ...grid, originLps: worldPoint(middle - 50, grid.originLps[1], grid.originLps[2]), sizeZyx: [grid.sizeZyx[0], grid.sizeZyx[1], 60] });
    const narrow = proposeSpine(unfitted(found), view, 0);
    expect([wide.anchors, wide.isAnchored]).toEqual([['last-rib'], true]);
    expect([narrow.anchors, narrow.isAnchored]).toEqual([[], false]);
    expect(narrow.vertebrae.map(({ name }) => name)).toEqual(wide.vertebrae.map(({ name }) => name));
    expect(Math.max(...narrow.vertebrae.map(({ nameConfidence }) => nameConfidence))).toBeCloseTo(0.85, 9);
  });

  it('asks bodies that a walk added nothing, and is not sure where the network read none', () => {
    const spine = drawnSpine(from('T10', 'L5'));
    const view = viewOfGrid(gridAround(spine.map(({ centreLps }) => centreLps)), ROOM_MM);
    const walked = (isWalked: (n: number) => boolean) => proposeSpine(unfitted(spine.map((one, n) => ({
      ...one, logit: isWalked(n) ? -Infinity : 2, isFilled: isWalked(n),
      nameEvidence: Float64Array.from(VERTEBRAE, (name) => (isWalked(n) ? 0 : name === one.name ? 3 : -3)),
    }))), view, 0);
    expect(walked((n) => n > 4).isAnchored).toBe(true);
    expect(Math.max(...walked(() => true).vertebrae.map(({ nameConfidence }) => nameConfidence))).toBeLessThanOrEqual(0.6);
  });

  it('is not where one end says one thing and the other end another', () => {
    const spine = drawnSpine(from('T10', 'L5'));
    const grid = gridAround(spine.map(({ centreLps }) => centreLps));
    // The lower half is labelled one level too low, as beside a lumbarised sacrum that was not seen.
    const told = spine.map((one, n) => (n < 4 ? one : { ...one, name: USUAL[USUAL.indexOf(one.name) + 1] as VertebraName }));
    const found = findSpine(drawOutputs(told, { grid }), grid, VERTEBRAE, 4);
    const proposal = proposeSpine(unfitted(found), viewOfGrid(grid, ROOM_MM), 0);
    expect(Math.min(...proposal.vertebrae.map(({ nameConfidence }) => nameConfidence))).toBeLessThan(0.9);
    expect(proposal.isAnchored).toBe(false);
  });

  it('gives the probabilities of all names of a vertebra that sum to one with its alternatives', () => {
    const { proposal } = find(from('T12', 'L4'), { sureness: () => 0.6 });
    const [first] = proposal.vertebrae;
    const others = proposal.alternatives.reduce((sum, { probability }) => sum + probability, 0);
    expect((first?.nameConfidence ?? 0) + others).toBeLessThanOrEqual(1.05);
  });

  it('points each axis towards the head along the chain', () => {
    const { proposal } = find(from('T9', 'L5'));
    for (const [n, { axisLps, centreLps }] of proposal.vertebrae.entries()) {
      expect(Math.hypot(...axisLps)).toBeCloseTo(1, 6);
      expect(axisLps[2]).toBeGreaterThan(0.7);
      const above = proposal.vertebrae[n - 1]?.centreLps;
      if (above) expect(axisLps.reduce((sum, part, axis) => sum + part * ((above[axis] ?? 0) - (centreLps[axis] ?? 0)), 0)).toBeGreaterThan(0);
    }
  });
});

describe('refined centres', () => {
  const { found } = find(from('T9', 'L5'));
  const near = (n: number, mm: number) => {
    const [x, y, z] = found[n]?.centreLps ?? worldPoint(0, 0, 0);
    return worldPoint(x + mm * 0.6, y - mm * 0.64, z + mm * 0.48);
  };

  it('takes the fit where it agrees and keeps the network’s centre where it went elsewhere or found nothing', () => {
    const bodies = found.map((_, n) => ({ centreLps: near(n, n === 2 ? 13 : 4), confidence: n === 3 ? 0.2 : 0.9, moved: n !== 3 }));
    const { vertebrae } = proposeSpine(found.map((one, n) => ({ found: one, body: bodies[n] ?? null })), viewOfGrid(gridAround(found.map(({ centreLps }) => centreLps)), ROOM_MM), 0);
    expect(vertebrae[1]?.centreLps).toEqual(near(1, 4));
    expect(vertebrae[2]?.centreLps).toEqual(found[2]?.centreLps);
    expect(vertebrae[3]?.centreLps).toEqual(found[3]?.centreLps);
    expect(vertebrae[1]?.confidence).toBeGreaterThan(0.95);
    expect(vertebrae[3]?.confidence).toBeLessThan(0.5);
  });
});
