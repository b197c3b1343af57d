import { describe, expect, it } from 'vitest';
import { makeImageRegistry } from './metadata-provider.ts';
import { makeHeader } from './test-fixtures.ts';

describe('metadata provider', () => {
  const registry = makeImageRegistry();
  registry.add('a:1', { header: makeHeader({ frameOfReferenceUid: '1.2.3' }), frameOfReferenceUid: '9.9' });

  it('gives one frame of reference for the series, not the slice’s own', () => {
    expect(registry.provide('imagePlaneModule', 'a:1')).toMatchObject({
      frameOfReferenceUID: '9.9',
      pixelSpacing: [0.9, 0.7],
      rowPixelSpacing: 0.9,
      columnPixelSpacing: 0.7,
      rowCosines: [1, 0, 0],
      columnCosines: [0, 0, -1],
      imagePositionPatient: [-31, 212.5, -640],
      rows: 12,
      columns: 10,
    });
  });

  it('hides the rescale, which is applied before Cornerstone sees the values', () => {
    expect(registry.provide('modalityLutModule', 'a:1')).toMatchObject({ rescaleSlope: 1, rescaleIntercept: 0 });
  });

  it('always has a window, so that Cornerstone does not decode a slice to find one', () => {
    expect(registry.provide('voiLutModule', 'a:1')).toEqual({ windowCenter: [40], windowWidth: [400] });
  });

  it('asks for every allocated bit, since the stored ones are taken out later', () => {
    expect(registry.provide('imagePixelModule', 'a:1')).toMatchObject({ bitsAllocated: 16, bitsStored: 16, highBit: 15, pixelRepresentation: 1 });
  });

  it('passes on what it does not know, and forgets', () => {
    expect(registry.provide('scalingModule', 'a:1')).toBeUndefined();
    expect(registry.provide('imagePlaneModule', 'b:2')).toBeUndefined();
    registry.remove('a:1');
    expect(registry.provide('imagePlaneModule', 'a:1')).toBeUndefined();
  });
});
