import { findPick } from '#src/core/levels/picks.ts';
import { formatDensity, formatProbability } from '#src/core/results/format.ts';
import { answerOf, MOVE_MM, rangeShown, spreadOf, type MovedAnswer } from '#src/core/results/stability.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { StabilityStrip } from './stability-strip.tsx';

/** Narrower, a change that means nothing would fill the strip. */
const LEAST_SPAN_MG_CM3 = 40;
/** Probabilities are drawn on their whole scale. */
const WHOLE = { low: 0, high: 1 } as const;

type StabilitySectionProps = { readonly result: LevelResult; readonly deviceId: string };

/** The network asked again with the mark moved a little: on demand, after all else, and stoppable. */
export function StabilitySection({ result, deviceId }: StabilitySectionProps) {
  const { explaining } = useSession();
  const pick = useSessionState((state) => findPick(state.picks.present, result.level));
  const kept = useSessionState((state) => state.moves[result.level]);
  const { level, network } = result;
  if (!network || !pick) return null;
  // Answers round another place say nothing of this one.
  const run = kept?.centreLps === pick.centreLps ? kept : undefined;
  const here = answerOf(network);
  const interval = network.vbmdMgCm3;
  const chance = network.devices.find((device) => device.deviceId === deviceId)?.osteoporosis;
  const answers = run?.answers ?? [];
  const density = spreadOf(here.vbmdMgCm3, answers.map((answer) => answer.vbmdMgCm3));
  const probability = chance && spreadOf(chanceOf(here, deviceId), answers.map((answer) => chanceOf(answer, deviceId)));
  return (
    <>
      <h2>When the mark moves</h2>
      <div className="explanation-row">
        {run?.status === 'running' ? (
          <Button onPress={explaining.stopMoves}>Stop</Button>
        ) : (
          <Button onPress={() => void explaining.tryMoves(level)}>{`Move the mark by ${MOVE_MM} mm`}</Button>
        )}
        <span className="soft" role="status" data-testid="moves-status">{describeRun(run)}</span>
      </div>
      {run && run.answers.length > 0 ? (
        <>
          <StabilityStrip name="vBMD" spread={density} interval={interval} range={rangeShown(interval, density, LEAST_SPAN_MG_CM3)} unit="mg/cm³" inWords={formatDensity} />
          {chance && probability ? <StabilityStrip name="Probability" spread={probability} interval={chance} range={WHOLE} unit="%" inWords={percentWords} /> : null}
        </>
      ) : null}
    </>
  );
}

function chanceOf({ osteoporosis }: MovedAnswer, deviceId: string): number {
  return osteoporosis[deviceId] ?? Number.NaN;
}

/** The ends of the scale are no estimates, so they may be told as they are. */
function percentWords(probability: number): string {
  return probability === 0 || probability === 1 ? String(probability * 100) : formatProbability(probability).replace(' %', '');
}

function describeRun(run: { readonly status: string; readonly answers: readonly unknown[]; readonly total: number; readonly sentence?: string } | undefined): string {
  if (run === undefined) return 'Up, down, left, right, front, back; the network answers each anew.';
  if (run.status === 'failed') return run.sentence ?? 'The network failed.';
  if (run.status === 'running') return `${run.answers.length} of ${run.total}`;
  return run.status === 'stopped' ? `Stopped after ${run.answers.length} of ${run.total}.` : `${run.total} moves.`;
}
