import { describe, expect, it } from 'vitest';
import { worldPoint } from '../geometry/spaces.ts';
import type { LevelPick, NameCount } from '../levels/pick.ts';
import { describeName, describeNames } from './name-words.ts';

const pick = (level: LevelPick['level'], nameCount?: NameCount, state: LevelPick['state'] = 'confirmed'): LevelPick => ({ level, state, centreLps: worldPoint(1, 2, 3), ...(nameCount ? { nameCount } : {}) });
const unsure: NameCount = { confidence: 0.85, anchors: ['first-rib'] };
const sure: NameCount = { confidence: 0.994, anchors: ['sacrum', 'last-rib'] };

describe('names that the app counted', () => {
  it('keep how sure the count was beside what the reader said', () => {
    expect(describeName(pick('T11', unsure))).toBe("Named T11 by an automatic count from the first rib, 85 % sure; confirmed by the reader.");
    expect(describeName(pick('L3', { confidence: 0.62, anchors: [] }, 'proposed'))).toBe("Named L3 by an automatic count with no landmark in view, 62 % sure; not confirmed yet.");
    expect(describeName(pick('L1', sure))).toContain('from the sacrum and the last rib, >99 % sure');
    expect(describeName(pick('L1'))).toBeNull();
  });

  it('are told of the levels that a statement rests on, by the least sure of them', () => {
    expect(describeNames([pick('L1', sure), pick('L2', unsure), pick('L3', { confidence: 0.1, anchors: [] })], ['L1', 'L2'])).toBe(
      "L1, L2 were named by an automatic count from the first rib, 85 % sure, which the reader confirmed without renaming; if the count is off, so are these names.",
    );
    expect(describeNames([pick('L1', sure), pick('L2')], ['L1', 'L2'])).toBe("L1 was named by an automatic count from the sacrum and the last rib, >99 % sure, which the reader confirmed.");
    expect(describeNames([pick('L1'), pick('L2')], ['L1', 'L2'])).toBeNull();
  });
});
