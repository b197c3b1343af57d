import { expect, it } from 'vitest';
import { axialFlips } from './preview.ts';

it('turns a preview as the axial plane shows it, and draws none where the plane would show something else', () => {
  const square = { pixelSpacing: [0.7, 0.7] } as const;
  expect(axialFlips({ ...square, imageOrientationPatient: [1, 0, 0, 0, 1, 0] })).toEqual({ across: false, down: false });
  // Prone: rows run to the right, columns to the front.
  expect(axialFlips({ ...square, imageOrientationPatient: [-1, 0, 0, 0, -1, 0] })).toEqual({ across: true, down: true });
  // Sagittal, a strong gantry tilt, turned by a quarter, oblong pixels, no orientation.
  expect(axialFlips({ ...square, imageOrientationPatient: [0, 1, 0, 0, 0, -1] })).toBeNull();
  expect(axialFlips({ ...square, imageOrientationPatient: [1, 0, 0, 0, 0.9, 0.436] })).toBeNull();
  expect(axialFlips({ ...square, imageOrientationPatient: [0, 1, 0, -1, 0, 0] })).toBeNull();
  expect(axialFlips({ pixelSpacing: [0.7, 0.8], imageOrientationPatient: [1, 0, 0, 0, 1, 0] })).toBeNull();
  expect(axialFlips({ ...square, imageOrientationPatient: null })).toBeNull();
});
