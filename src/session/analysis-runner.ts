import type { LevelPick } from '#src/core/levels/pick.ts';
import { findPick } from '#src/core/levels/picks.ts';
import { isAnalysed, VERTEBRAE, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import { judgeHeights } from '#src/core/results/gates.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { Analyses, LevelAnalysis, SessionStore } from './state.ts';

/** What is analysed; T1 to T9 and S1 are landmarks only. */
const ANALYSED = VERTEBRAE.filter(isAnalysed);
/** Voxels are copied on the page: more at once would hold it up where a whole spine is proposed. Two keep the network busy. */
const MAX_RUNNING = 2;

/** A pick with what ends its analysis; whether it waits, runs or has ended, the store says. */
type Followed = { readonly pick: LevelPick; readonly controller: AbortController };

export type AnalyseOne = (pick: LevelPick, signal: AbortSignal) => Promise<LevelResult>;

export type AnalysisRunner = {
  /** Ends everything and forgets the results, as when another series opens. */
  readonly clear: () => void;
  /** Makes all results anew, as when the facts that they are made with have changed. */
  readonly restart: () => void;
};

/**
 * Keeps the analyses in step with the picks: a pick that is new or moved is analysed, one that is gone or rejected is cancelled and
 * forgotten. Undo, a shift of labels and a restored file need nothing of their own: they are changes of picks.
 */
export function startAnalysisRunner(store: SessionStore, analyse: AnalyseOne): AnalysisRunner {
  const followed = new Map<VertebraName, Followed>();
  const running = new Set<Followed>();

  function setAnalysis(level: VertebraName, analysis: LevelAnalysis | null): void {
    const { [level]: _old, ...others } = store.getState().analyses;
    store.setState({ analyses: withJudgedHeights(analysis ? { ...others, [level]: analysis } : others) });
  }

  function stop(level: VertebraName): void {
    const one = followed.get(level);
    one?.controller.abort();
    if (one) running.delete(one);
    followed.delete(level);
  }

  async function run(one: Followed): Promise<void> {
    const { pick, controller } = one;
    running.add(one);
    setAnalysis(pick.level, { status: 'running' });
    try {
      const result = await analyse(pick, controller.signal);
      if (!controller.signal.aborted) setAnalysis(pick.level, { status: 'done', result });
    } catch (error) {
      if (controller.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      setAnalysis(pick.level, { status: 'failed', sentence: `${pick.level} could not be analysed because of a fault in OsteoLens (${reason}).` });
    } finally {
      running.delete(one);
      runWaiting();
    }
  }

  /** The selected level first, then what the reader placed, then proposals; each from head to feet. */
  function nextWaiting(): Followed | undefined {
    const { analyses, selectedLevel, picks } = store.getState();
    const waiting = ANALYSED.flatMap((level) => (analyses[level]?.status === 'queued' ? (followed.get(level) ?? []) : []));
    const isPlaced = ({ pick }: Followed): boolean => findPick(picks.present, pick.level)?.state !== 'proposed';
    return waiting.find(({ pick }) => pick.level === selectedLevel) ?? waiting.find(isPlaced) ?? waiting[0];
  }

  function runWaiting(): void {
    while (running.size < MAX_RUNNING) {
      const next = nextWaiting();
      if (!next) return;
      void run(next);
    }
  }

  function follow(): void {
    for (const level of ANALYSED) {
      const found = findPick(store.getState().picks.present, level);
      const pick = found?.state === 'rejected' ? undefined : found;
      const current = followed.get(level)?.pick;
      if (pick === current || (pick && current && isSamePlace(pick, current))) continue;
      stop(level);
      if (pick) followed.set(level, { pick, controller: new AbortController() });
      setAnalysis(level, pick ? { status: 'queued' } : null);
    }
    runWaiting();
  }

  store.subscribe((state, previous) => {
    if (state.picks.present !== previous.picks.present) follow();
  });

  function clear(): void {
    for (const level of ANALYSED) stop(level);
    store.setState({ analyses: {} });
  }

  return {
    clear,
    restart() {
      clear();
      follow();
    },
  };
}

function isSamePlace(a: LevelPick, b: LevelPick): boolean {
  return a.level === b.level && a.roi === b.roi && a.centreLps.every((value, axis) => value === b.centreLps[axis]);
}

/** Each level that comes or goes may change what is said of the heights of the others. */
function withJudgedHeights(analyses: Analyses): Analyses {
  const judged = judgeHeights(Object.values(analyses).flatMap((one) => (one.status === 'done' ? [one.result] : [])));
  const results = new Map(judged.map((result) => [result.level, result]));
  return Object.fromEntries(Object.entries(analyses).map(([level, one]) => {
    const result = one.status === 'done' ? results.get(one.result.level) : undefined;
    return [level, one.status === 'done' && result && result !== one.result ? { ...one, result } : one];
  }));
}
