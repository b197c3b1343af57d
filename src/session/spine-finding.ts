import type { LevelPick } from '#src/core/levels/pick.ts';
import { placeProposals } from '#src/core/levels/picks.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { SPINE_PARTS, type SpineFinder } from '#src/inference/index.ts';
import type { SessionState, SessionStore, SpineFinding } from './state.ts';

/** The first picture of an opened series goes before the search. */
const AFTER_OPENING_MS = 250;

export type SpineSearch = {
  /** Looks once more, after a failure or a cancelled search. */
  readonly find: () => void;
  readonly cancel: () => void;
};

/**
 * Looks for the vertebrae of each series that opens and proposes them as picks, as one step of undo. Another series, or none, ends the
 * search. A series is searched once: coming back to it shows what was found, and leaves the picks as the reader left them.
 * @param isWanted false leaves the opening alone; `find` still looks
 */
export function startSpineSearch(store: SessionStore, finder: SpineFinder, openVolume: () => VolumeSource | null, isWanted: boolean): SpineSearch {
  let current: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let known = new Map<string, SpineProposal>();
  const set = (spine: SpineFinding): void => store.setState({ spine });

  function stop(): void {
    clearTimeout(timer);
    current?.abort();
    current = null;
  }

  async function search(): Promise<void> {
    stop();
    const volume = openVolume();
    const { openSeriesId } = store.getState();
    if (volume === null || openSeriesId === null) return;
    const controller = new AbortController();
    current = controller;
    const { signal } = controller;
    set({ status: 'running', done: 0, total: SPINE_PARTS });
    const finding = await look(finder, volume, signal, (done) => { if (!signal.aborted) set({ status: 'running', done, total: SPINE_PARTS }); });
    if (signal.aborted) return;
    current = null;
    if (finding.status === 'done') {
      known.set(openSeriesId, finding.proposal);
      store.setState({ picks: placeProposals(store.getState().picks, asPicks(finding.proposal)) });
    }
    set(finding);
  }

  function follow({ openSeriesId, series }: SessionState, before: SessionState): void {
    if (openSeriesId === before.openSeriesId) return;
    stop();
    // Those of other files are gone for good: no id comes again.
    known = new Map([...known].filter(([id]) => series.some((one) => one.id === id)));
    const proposal = openSeriesId === null ? undefined : known.get(openSeriesId);
    set(proposal === undefined ? { status: 'none' } : { status: 'done', proposal });
    if (openSeriesId !== null && proposal === undefined && isWanted) timer = setTimeout(() => void search(), AFTER_OPENING_MS);
  }

  store.subscribe(follow);

  return {
    find: () => void search(),
    cancel() {
      stop();
      if (store.getState().spine.status === 'running') set({ status: 'cancelled' });
    },
  };
}

async function look(finder: SpineFinder, volume: VolumeSource, signal: AbortSignal, onProgress: (done: number) => void): Promise<SpineFinding> {
  try {
    const found = await finder.find(volume, signal, onProgress);
    if (found.ok) return { status: 'done', proposal: found.value };
    return { status: 'failed', sentence: `${found.error.sentence} Vertebrae are not proposed; pick them by hand.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'failed', sentence: `The vertebrae could not be looked for because of a fault in OsteoLens (${reason}); pick them by hand.` };
  }
}

function asPicks({ vertebrae, anchors }: SpineProposal): readonly LevelPick[] {
  return vertebrae.map(({ name, centreLps, confidence, nameConfidence }) => ({
    level: name, centreLps, state: 'proposed', proposal: { confidence, nameConfidence }, nameCount: { confidence: nameConfidence, anchors },
  }));
}
