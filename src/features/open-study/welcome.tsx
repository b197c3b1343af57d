import { useSessionState } from '../use-session.ts';
import { OpenButtons } from './open-buttons.tsx';

/** The empty state: what to do, and what happens to the data. */
export function Welcome() {
  const isEmpty = useSessionState((state) => state.openSeriesId === null && state.opening === null);
  if (!isEmpty) return null;
  return (
    <div className="welcome" data-testid="welcome">
      <h1>Drop a CT study here</h1>
      <p>Files, a folder or an archive (zip, gz, tar, disc image) with DICOM or NIfTI. Everything is read, drawn and computed in this browser: nothing is uploaded, and nothing of the study is kept in readable form unless you save it.</p>
      <OpenButtons />
    </div>
  );
}
