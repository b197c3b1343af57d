import type { LevelResult } from '#src/core/results/level-result.ts';
import { deviceEstimate, isEstimateRefused } from '#src/core/results/display-class.ts';
import { describeExperts, expertName } from '#src/core/results/expert-words.ts';
import { ToggleButton } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { StabilitySection } from './stability-section.tsx';
import './explanation.css';

/** Behind the network's answer at one level: where it looked, which experts answered, how it holds when the mark moves. */
export function Explanation({ result, deviceId }: { readonly result: LevelResult | undefined; readonly deviceId: string }) {
  const { explaining } = useSession();
  const isShown = useSessionState((state) => state.isActivationShown);
  const gating = useSessionState((state) => state.model?.gating ?? null);
  if (!result?.network) return <p className="soft">Select a level with an estimate to see what stands behind it.</p>;
  const device = deviceEstimate(result.network, deviceId);
  const [cell] = result.activation ? [result.activation.cellMm] : [];
  return (
    <section className="explanation" aria-label={`Explanation of ${result.level}`} data-testid="explanation">
      <h2>{`${result.level}: where the network looked`}</h2>
      <div className="explanation-row">
        <ToggleButton isSelected={isShown} onChange={explaining.showActivation} aria-keyshortcuts="A">Activation map</ToggleButton>
        <span className="activation-legend"><i aria-hidden="true" />away from osteoporosis, towards it</span>
      </div>
      <p className="soft">
        {`Drawn over the planes, strongest cell brightest. ${cell ? `A cell is ${cell.map((mm) => Math.round(mm)).join(' × ')} mm, so it is coarse: ` : ''}it shows where the last layer adds to the answer, not why.`}
      </p>
      {device ? (
        <>
          <h2>Experts</h2>
          <ul className="expert-bars" aria-label="Share of each expert">
            {device.gates.map((share, index) => (
              <li key={`expert ${index + 1}`}>
                <span>{[`${index + 1}`, expertName(gating, index)].filter(Boolean).join(' ')}</span>
                <meter min={0} max={1} value={share} aria-label={`Expert ${index + 1}`} />
                <span>{`${Math.round(share * 100)} %`}</span>
              </li>
            ))}
          </ul>
          <p className="soft">{describeExperts(device.gates, gating)}</p>
        </>
      ) : null}
      {isEstimateRefused(result) ? <p className="soft">The estimate is not given at this level, so its stability is not shown.</p> : <StabilitySection result={result} deviceId={deviceId} />}
    </section>
  );
}
