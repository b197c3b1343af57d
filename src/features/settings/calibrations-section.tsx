import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { openSeriesOf } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { CalibrationForm } from './calibration-form.tsx';

/** Calibrations of scanners that the user saved in this browser, listed and erasable. */
export function CalibrationsSection() {
  const { density } = useSession();
  const calibrations = useSessionState((state) => state.calibrations);
  const series = useSessionState(openSeriesOf);
  const header = series?.slices[0];
  return (
    <>
      <h3>Calibration of your scanner</h3>
      <p className="soft">
        A phantom scanned apart from patients gives a line from HU to density for one scanner and one tube voltage. It is used only where you choose it,
        under Density beside the results. What you save here is kept in this browser until you erase it, and is never sent anywhere.
      </p>
      <CalibrationList calibrations={calibrations} onErase={density.eraseCalibration} />
      <h3>New calibration</h3>
      <CalibrationForm scannerModel={header?.manufacturerModelName ?? null} kvp={series?.acquisition.kvp ?? null} onSave={density.saveCalibration} />
    </>
  );
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
          <Button aria-label={`Erase the calibration of ${one.name}, ${one.kvp} kVp`} onPress={() => onErase(one.id)}>Erase</Button>
        </li>
      ))}
    </ul>
  );
}
