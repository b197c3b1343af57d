import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { copyOfCalibration, openSeriesOf } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { saveBlob } from '#src/ui/save-file.ts';
import { useSession, useSessionState } from '../use-session.ts';
import { CalibrationForm } from './calibration-form.tsx';

/** A calibration is a few hundred bytes. */
const MOST_BYTES = 100_000;

/** Calibrations of scanners that the user saved in this browser: listed, copied to files and back, erased. */
export function CalibrationsSection() {
  const { density, takeCalibrationFile } = useSession();
  const calibrations = useSessionState((state) => state.calibrations);
  const series = useSessionState(openSeriesOf);
  const header = series?.slices[0];
  const [told, setTold] = useState<ReturnType<typeof takeCalibrationFile> | null>(null);

  async function addFile(list: FileList | null): Promise<void> {
    const file = list?.[0];
    if (file === undefined) return;
    setTold(takeCalibrationFile({ name: file.name, text: file.size > MOST_BYTES ? '' : await file.text().catch(() => '') }));
  }

  return (
    <>
      <h3>Calibration of your scanner</h3>
      <p className="soft">
        A phantom scanned apart from patients gives a line from HU to density for one scanner and one tube voltage. It is used only where you choose it,
        under Density beside the results. What you save here is kept in this browser until you erase it, and is never sent anywhere.
      </p>
      <CalibrationList calibrations={calibrations} onErase={density.eraseCalibration} />
      <div className="calibration-file">
        <FileTrigger acceptedFileTypes={['.json']} onSelect={(list) => void addFile(list)}>
          <Button>Calibration from a file…</Button>
        </FileTrigger>
        {told === null ? null : <p role={told.isProblem ? 'alert' : 'status'} className={told.isProblem ? 'calibration-problem' : 'soft'}>{told.sentence}</p>}
      </div>
      <h3>New calibration</h3>
      <CalibrationForm scannerModel={header?.manufacturerModelName ?? null} kvp={series?.acquisition.kvp ?? null} onSave={density.saveCalibration} />
    </>
  );
}

function saveCopy(calibration: ScannerCalibration): void {
  const { name, blob } = copyOfCalibration(calibration);
  saveBlob(name, blob);
}

function CalibrationList({ calibrations, onErase }: { readonly calibrations: readonly ScannerCalibration[]; readonly onErase: (id: string) => void }) {
  if (calibrations.length === 0) return <p>No calibration is saved.</p>;
  return (
    <ul className="calibration-list" aria-label="Saved calibrations">
      {calibrations.map((one) => (
        <li key={one.id}>
          <span>
            <strong>{`${one.name}, ${one.kvp} kVp`}</strong>
            {` ${one.scannerModel ?? 'any model'}; ${one.phantom}, ${one.measuredOn}; ${one.slopeMgCm3PerHu} · HU ${one.interceptMgCm3 < 0 ? '−' : '+'} ${Math.abs(one.interceptMgCm3)} mg/cm³`}
          </span>
          <span className="calibration-buttons">
            <Button aria-label={`Save a copy of the calibration of ${one.name}, ${one.kvp} kVp`} onPress={() => saveCopy(one)}>Save a copy</Button>
            <Button aria-label={`Erase the calibration of ${one.name}, ${one.kvp} kVp`} onPress={() => onErase(one.id)}>Erase</Button>
          </span>
        </li>
      ))}
    </ul>
  );
}
