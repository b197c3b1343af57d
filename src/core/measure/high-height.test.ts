import { describe, expect, it } from 'vitest';
import { USUAL_HEIGHTS_MM, type FittedLevel, type HeightPlace } from './expected-height.ts';
import { findHighHeight, isGradeDoubtful, TOO_HIGH } from './high-height.ts';

/** A body as high as usual times `share`, but for one height times `more`. */
const body = (level: FittedLevel['level'], share = 1, place: HeightPlace = 'posterior', more = 1): FittedLevel => {
  const usual = USUAL_HEIGHTS_MM[level] ?? { anterior: 0, middle: 0, posterior: 0 };
  const heights = { anterior: usual.anterior * share, middle: usual.middle * share, posterior: usual.posterior * share };
  return { level, fit: { heightsMm: { ...heights, [place]: heights[place] * more } } };
};
const others = [body('T12', 1.1), body('L2', 1.08), body('L3', 1.12)];
const found = ({ level, fit }: FittedLevel, rest: readonly FittedLevel[]) => findHighHeight(level, fit, rest);

describe('findHighHeight', () => {
  it.each(['anterior', 'middle', 'posterior'] as const)('tells the %s height above its limit, and not one just below', (place) => {
    const limit = TOO_HIGH[place];
    expect(found(body('L1', 1.1, place, limit + 0.01), others)).toMatchObject({ place, ratio: expect.closeTo(limit + 0.01, 6) });
    expect(found(body('L1', 1.1, place, limit - 0.01), others)).toBeNull();
  });

  it('names the height that is furthest off', () => {
    const high = body('L1', 1.1, 'posterior', 1.24);
    expect(found({ ...high, fit: { heightsMm: { ...high.fit.heightsMm, middle: high.fit.heightsMm.middle * 1.5 } } }, others)?.place).toBe('middle');
  });

  it('tells a body that was fitted together with a disc, and no other of that person', () => {
    // Heights as fitted to simulated slices of 3 mm (plain-099 of training/data/gates-test); T11 is 17.4, 11.9 and 15.3 mm high in truth.
    const read = (level: FittedLevel['level'], anterior: number, middle: number, posterior: number): FittedLevel => ({ level, fit: { heightsMm: { anterior, middle, posterior } } });
    const levels = [read('T11', 20.7, 19.3, 21.9), read('T12', 16.4, 14.2, 17.9), read('L1', 18.2, 15, 17.7), read('L2', 17, 14, 17.7), read('L3', 20.7, 16.2, 20)];
    expect(levels.filter((one) => found(one, levels) !== null).map(({ level }) => level)).toEqual(['T11']);
  });

  it('is not led astray by crushed neighbours', () => {
    expect(found(body('L1', 1.1), [body('T11', 0.7), body('T12', 0.72), body('L2', 1.1), body('L3', 1.08), body('L4', 1.12)])).toBeNull();
  });

  it('says of one of two levels that it is high where the other may be low: which of them is wrong is not known', () => {
    expect(found(body('L1', 1.1), [body('L2', 0.75)])?.ratio).toBeCloseTo(1.1 / 0.75, 6);
  });

  it('says nothing of a level alone', () => {
    const high = body('L1', 1, 'posterior', 1.5);
    expect(found(high, [])).toBeNull();
    expect(found(high, [high])).toBeNull();
  });
});

describe('isGradeDoubtful', () => {
  it('doubts a wedge whose back reads too high', () => {
    const { level, fit } = body('L1', 1.1, 'posterior', 1.24);
    expect(isGradeDoubtful(level, fit, others)).toBe(true);
    expect(isGradeDoubtful(level, body('L1', 1.1, 'anterior', 0.7).fit, others)).toBe(false);
  });

  it('doubts a body that is only lower than one that reads too high', () => {
    const { level, fit } = body('L1');
    expect(isGradeDoubtful(level, fit, [body('L2', 1.4)])).toBe(true);
    expect(isGradeDoubtful(level, body('L1', 0.7).fit, others)).toBe(false);
  });
});
