import { isOwnProposal, NAME_SURE } from '#src/core/levels/pick.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';

/** How many levels wait for the reader's word, and whether their names are sure. */
export function ProposalBar() {
  const { picking } = useSession();
  const picks = useSessionState((state) => state.picks.present.picks);
  const alternative = useSessionState(({ spine }) => (spine.status === 'done' ? spine.proposal.alternatives[0] : undefined));
  const proposed = picks.filter(({ state }) => state === 'proposed');
  if (proposed.length === 0) return null;
  const isUncertain = picks.some((pick) => isOwnProposal(pick) && pick.proposal.nameConfidence < NAME_SURE);
  return (
    <div className="proposal-bar" data-testid="proposals">
      <p role="status">
        {proposed.length === 1 ? '1 vertebra is proposed (?)' : `${proposed.length} vertebrae are proposed (?)`}; not in the patient&apos;s mean until confirmed.
      </p>
      <Button look="primary" aria-keyshortcuts="Y Enter" onPress={picking.confirmAll}>Confirm all <kbd>Y</kbd></Button>
      {isUncertain ? (
        <p className="level-uncertain" role="status" data-testid="level-uncertain">
          Level uncertain: the names may be off by a level. Name or confirm one vertebra, and all names follow.
          {/* Without its probability: the network is surer of its names than real scans bear out (docs/evaluation/spine). */}
          {alternative === undefined ? null : ` Next likeliest: all ${wordsOf(alternative.steps)}.`}
        </p>
      ) : null}
    </div>
  );
}

/** Positive steps go towards the feet: L1 becomes L2. */
function wordsOf(steps: number): string {
  const count = Math.abs(steps) === 1 ? 'one level' : `${Math.abs(steps)} levels`;
  return `${count} ${steps > 0 ? 'lower' : 'higher'}`;
}
