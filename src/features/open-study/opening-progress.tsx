import type { Opening } from '#src/session/index.ts';
import { Progress } from '#src/ui/progress.tsx';
import { useSession, useSessionState } from '../use-session.ts';

const WORDS = { files: 'Finding files', links: 'Fetching files', archive: 'Unpacking', headers: 'Reading headers', slices: 'Loading slices' } as const;

/** Real progress of opening, with cancel. */
export function OpeningProgress() {
  const session = useSession();
  const opening = useSessionState((state) => state.opening);
  if (!opening) return null;
  const { stage, bytes } = opening;
  // One file that is fetched counts in bytes, or the bar would stand still until it is there.
  const counted = bytes !== undefined && opening.total === 1 ? bytes : opening;
  return (
    <div className="opening" data-testid="opening">
      <Progress label={WORDS[stage]} done={counted.done} total={counted.total} words={bytes && wordsOf(opening, bytes)} onCancel={() => session.cancelOpening()} />
    </div>
  );
}

function wordsOf({ done, total }: Opening, bytes: NonNullable<Opening['bytes']>): string {
  const fetched = bytes.total === null ? inMegabytes(bytes.done) : `${inMegabytes(bytes.done)} of ${inMegabytes(bytes.total)}`;
  return total === 1 ? fetched : `${done} of ${total}, ${fetched}`;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
