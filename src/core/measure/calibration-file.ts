import { z } from 'zod';
import { plainText } from '#src/lib/foreign-text.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { calibrationId, scannerCalibration, type ScannerCalibration } from './calibration.ts';

/*
 * One calibration as a file of its own, to take it to another browser or to have it back after the browser was cleared. Units as in
 * scannerCalibration; the id is each browser's own.
 */

const FORMAT = 'osteolens-calibration';

const shapeOfFile = z.object({ format: z.literal(FORMAT), schemaVersion: z.literal(1), calibration: z.record(z.string(), z.unknown()) });

export function writeCalibrationFile({ id: _id, ...calibration }: ScannerCalibration): string {
  return `${JSON.stringify({ format: FORMAT, schemaVersion: 1, calibration } satisfies z.infer<typeof shapeOfFile>, null, 2)}\n`;
}

/** @returns the calibration, or why it is none, to follow the file's name and a colon */
export function readCalibrationFile(text: string): Result<ScannerCalibration, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('it is not JSON, or it was cut short; save the copy again.');
  }
  const file = shapeOfFile.safeParse(json);
  if (!file.success) return fail('it is no calibration that this version of OsteoLens saved; choose a file of "Save a copy" or fill in the form.');
  const values = Object.fromEntries(Object.entries(file.data.calibration).map(([key, value]) => [key, typeof value === 'string' ? plainText(value) : value]));
  const read = scannerCalibration.safeParse({ ...values, id: calibrationId(String(values['name']), Number(values['kvp'])) });
  return read.success ? ok(read.data) : fail(`its values are not those of a calibration: ${describeIssue(read.error.issues[0])}`);
}

/** Our own sentences end as sentences do; the library's are not for readers. */
function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  return issue?.message.endsWith('.') === true ? issue.message : `the field ${String(issue?.path[0] ?? '')} is missing or wrong.`;
}
