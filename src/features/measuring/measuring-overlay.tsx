import { displayClass } from '#src/core/results/display-class.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { useSession, useSessionState } from '../use-session.ts';
import { HeightLines } from './height-lines.tsx';
import { RoiRegion } from './roi-region.tsx';
import './measuring.css';

/** Where each level was measured: its region on every plane, and of the selected level the endplates and heights. */
export function MeasuringOverlay({ projection }: { readonly projection: PlaneProjection }) {
  const { picking } = useSession();
  const picks = useSessionState((state) => state.picks.present.picks);
  const analyses = useSessionState((state) => state.analyses);
  const selected = useSessionState((state) => state.selectedLevel);
  const deviceId = useSessionState((state) => state.deviceId) ?? '';
  return (
    <g>
      {picks.map(({ level, roi: drawn }) => {
        const analysis = analyses[level];
        const result = analysis?.status === 'done' ? analysis.result : null;
        // While an edit is measured, the region stays where the reader left it.
        const roi = drawn ?? result?.measurement?.roi;
        if (!roi) return null;
        return (
          <g key={level} className={`measuring class-${result ? displayClass(result, deviceId) : 'unknown'}`} data-selected={level === selected}>
            {result?.fit && level === selected ? <HeightLines level={level} fit={result.fit} projection={projection} /> : null}
            <RoiRegion level={level} roi={roi} projection={projection} isEditable={level === selected} onEdit={(next) => picking.editRoi(level, next)} />
          </g>
        );
      })}
    </g>
  );
}
