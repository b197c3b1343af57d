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
  // A single file would leave the bar standing still until it is done: one that is fetched counts in bytes, another has no count.
  const counted = opening.total === 1 ? (bytes ?? { done: 0, total: null }) : opening;
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
