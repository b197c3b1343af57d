import { describe, expect, it } from 'vitest';
import { assessHeights } from './genant.ts';

const body = (anterior: number, middle: number, posterior: number) => ({ heightsMm: { anterior, middle, posterior } });

describe('assessHeights', () => {
  it.each([
    ['an even body', body(25, 22, 25), 0, null],
    ['19 % lower in front', body(20.3, 21.8, 25), 0, null],
    ['20 % lower in front', body(19.9, 21.8, 25), 1, 'wedge'],
    ['25 % lower in front', body(18.7, 21.8, 25), 2, 'wedge'],
    ['41 % lower in front', body(14.7, 21.8, 25), 3, 'wedge'],
    ['hollow in the middle beyond health', body(25, 16, 25), 2, 'biconcave'],
    ['L5, lower at its back', body(30, 24, 24), 0, null],
  ] as const)('%s', (_, fit, grade, shape) => {
    expect(assessHeights(fit, null)).toMatchObject({ grade, shape, crushRatio: null });
  });

  it('finds a crush only against the height that others let expect', () => {
    const low = body(17, 15, 17);
    expect(assessHeights(low, null).grade).toBe(0);
    const against = assessHeights(low, 25);
    expect(against).toMatchObject({ grade: 2, shape: 'crush' });
    expect(against.crushRatio).toBeCloseTo(17 / 25, 9);
    expect(against.loss).toBeCloseTo(8 / 25, 9);
  });
});
