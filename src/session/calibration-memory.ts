import { scannerCalibration, type ScannerCalibration } from '#src/core/measure/calibration.ts';

/*
 * Scanner calibrations that the user saved, in the browser's storage: a scanner's name and model, a phantom, a line and a day.
 * Nothing of a patient. They are listed and erased in the settings.
 */

const KEY = 'osteolens.calibrations';

export type CalibrationMemory = {
  /** Those that are still whole, in the order of saving. */
  read(): readonly ScannerCalibration[];
  /** False where the browser refuses to keep them. */
  write(calibrations: readonly ScannerCalibration[]): boolean;
};

/** @param storage null where the browser refuses storage: then nothing is kept beyond this page */
export function createCalibrationMemory(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null): CalibrationMemory {
  return {
    read() {
      try {
        const json: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]');
        return Array.isArray(json) ? json.flatMap((one) => scannerCalibration.safeParse(one).data ?? []) : [];
      } catch {
        return [];
      }
    },
    write(calibrations) {
      try {
        if (calibrations.length === 0) storage?.removeItem(KEY);
        else storage?.setItem(KEY, JSON.stringify(calibrations));
        return storage !== null;
      } catch {
        return false;
      }
    },
  };
}
