import type { SpineFinding } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { Progress } from '#src/ui/progress.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import './spine-search.css';

/** How the search for vertebrae stands: its progress, and what came of it where no proposals speak for themselves. */
export function SpineSearch() {
  const { spineSearch } = useSession();
  const spine = useSessionState((state) => state.spine);
  if (spine.status === 'running') {
    return (
      <div className="spine-search" data-testid="spine-search">
        <Progress label="Looking for vertebrae" done={spine.done} total={spine.total} words={`${Math.round((100 * spine.done) / spine.total)} %`} onCancel={spineSearch.cancel} />
      </div>
    );
  }
  const sentence = sentenceOf(spine);
  if (sentence === null) return null;
  return (
    <div className="spine-search" data-testid="spine-search">
      <p role="status">{sentence}</p>
      <Button look="quiet" onPress={spineSearch.find}>Look for vertebrae</Button>
    </div>
  );
}

function sentenceOf(spine: SpineFinding): string | null {
  switch (spine.status) {
    case 'failed':
      return spine.sentence;
    case 'cancelled':
      return 'The search for vertebrae was cancelled.';
    case 'done':
      return spine.proposal.vertebrae.length > 0 ? null : 'No vertebrae were found in this series; they can be picked by hand.';
    case 'none':
    case 'running':
      return null;
  }
}
