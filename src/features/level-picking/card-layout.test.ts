import { describe, expect, it } from 'vitest';
import { spreadCards } from './card-layout.ts';

describe('spreadCards', () => {
  it('leaves cards where they want to be when they are far apart', () => {
    const placed = spreadCards([{ key: 'L1', y: 50 }, { key: 'L2', y: 150 }], 40, 20, 400);
    expect([placed.get('L1'), placed.get('L2')]).toEqual([50, 150]);
  });

  it('keeps the order and the gap when they crowd, whatever order they come in', () => {
    const placed = spreadCards([{ key: 'L3', y: 112 }, { key: 'L1', y: 100 }, { key: 'L2', y: 105 }], 40, 20, 400);
    expect([placed.get('L1'), placed.get('L2'), placed.get('L3')]).toEqual([100, 140, 180]);
  });

  it('pushes upwards from the lower edge', () => {
    const placed = spreadCards([{ key: 'L4', y: 380 }, { key: 'L5', y: 395 }], 40, 20, 390);
    expect([placed.get('L4'), placed.get('L5')]).toEqual([350, 390]);
  });
});
