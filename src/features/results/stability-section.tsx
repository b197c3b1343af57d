import { findPick } from '#src/core/levels/picks.ts';
import { answerOf, MOVE_MM, spreadOf, type MovedAnswer } from '#src/core/results/stability.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { StabilityStrip } from './stability-strip.tsx';

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
          <StabilityStrip name="vBMD" unit="mg/cm³" digits={0} spread={spreadOf(here.vbmdMgCm3, run.answers.map((answer) => answer.vbmdMgCm3))} interval={interval} />
          {chance ? <StabilityStrip name="Probability" unit="%" digits={1} spread={spreadOf(percent(here, deviceId), run.answers.map((answer) => percent(answer, deviceId)))} interval={{ low: chance.low * 100, high: chance.high * 100 }} /> : null}
        </>
      ) : null}
    </>
  );
}

function percent({ osteoporosis }: MovedAnswer, deviceId: string): number {
  return (osteoporosis[deviceId] ?? Number.NaN) * 100;
}

function describeRun(run: { readonly status: string; readonly answers: readonly unknown[]; readonly total: number; readonly sentence?: string } | undefined): string {
  if (run === undefined) return 'Up, down, left, right, front, back; the network answers each anew.';
  if (run.status === 'failed') return run.sentence ?? 'The network failed.';
  if (run.status === 'running') return `${run.answers.length} of ${run.total}`;
  return run.status === 'stopped' ? `Stopped after ${run.answers.length} of ${run.total}.` : `${run.total} moves.`;
}
