import type { PlaneProjection } from '#src/viewer/index.ts';
import { useSession, useSessionState } from '../use-session.ts';
import { LevelMarks } from './level-marks.tsx';

/** The picked levels over one plane. */
export function LevelOverlay({ projection }: { readonly projection: PlaneProjection }) {
  const { picking, viewer } = useSession();
  const picks = useSessionState((state) => state.picks.present.picks);
  const analyses = useSessionState((state) => state.analyses);
  const selected = useSessionState((state) => state.selectedLevel);
  const deviceId = useSessionState((state) => state.deviceId);
  return (
    <LevelMarks
      projection={projection}
      marked={picks.map((pick) => ({ pick, analysis: analyses[pick.level] }))}
      selected={selected}
      deviceId={deviceId}
      onSelect={(level) => {
        picking.select(level);
        const pick = picks.find((one) => one.level === level);
        if (pick) viewer.jumpTo(pick.centreLps);
      }}
      onMove={picking.move}
      onRemove={picking.remove}
      onConfirm={picking.confirm}
    />
  );
}
