import { Progress } from '#src/ui/progress.tsx';
import { useSession, useSessionState } from '../use-session.ts';

const WORDS = { files: 'Finding files', links: 'Fetching files', archive: 'Unpacking', headers: 'Reading headers', slices: 'Loading slices' } as const;

/** Real progress of opening, with cancel. */
export function OpeningProgress() {
  const session = useSession();
  const opening = useSessionState((state) => state.opening);
  if (!opening) return null;
  return (
    <div className="opening" data-testid="opening">
      <Progress label={WORDS[opening.stage]} done={opening.done} total={opening.total} onCancel={() => session.cancelOpening()} />
    </div>
  );
}
