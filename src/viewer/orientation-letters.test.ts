import { describe, expect, it } from 'vitest';
import { edgeLetters, orientationLetters } from './orientation-letters.ts';

describe('orientation letters', () => {
  it('names the ends of the LPS axes', () => {
    expect([orientationLetters([1, 0, 0]), orientationLetters([0, 1, 0]), orientationLetters([0, 0, 1])]).toEqual(['L', 'P', 'H']);
    expect([orientationLetters([-1, 0, 0]), orientationLetters([0, -1, 0]), orientationLetters([0, 0, -1])]).toEqual(['R', 'A', 'F']);
  });

  it('puts the largest part of an oblique direction first and leaves rounding out', () => {
    expect(orientationLetters([-0.3, 0.004, -0.95])).toBe('FR');
  });

  it('shows the sagittal plane with anterior on the left and the head up', () => {
    expect(edgeLetters('sagittal')).toEqual({ left: 'A', right: 'P', top: 'H', bottom: 'F' });
  });

  it('shows axial and coronal planes with the patient’s right on the left of the screen', () => {
    expect(edgeLetters('axial')).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgeLetters('coronal')).toEqual({ left: 'R', right: 'L', top: 'H', bottom: 'F' });
  });
});
