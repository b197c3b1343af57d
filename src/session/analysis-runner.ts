import { LEVELS, type Level } from '#src/core/levels/level.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { findPick } from '#src/core/levels/picks.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { LevelAnalysis, SessionStore } from './state.ts';

type Running = { readonly pick: LevelPick; readonly controller: AbortController };

export type AnalyseOne = (pick: LevelPick, signal: AbortSignal) => Promise<LevelResult>;

export type AnalysisRunner = {
  /** Ends everything and forgets the results, as when another series opens. */
  readonly clear: () => void;
};

/**
 * Keeps the analyses in step with the picks: a pick that is new or moved is analysed, one that is gone is cancelled and forgotten.
 * Undo, a shift of labels and a restored file need nothing of their own: they are changes of picks.
 */
export function startAnalysisRunner(store: SessionStore, analyse: AnalyseOne): AnalysisRunner {
  const running = new Map<Level, Running>();

  function setAnalysis(level: Level, analysis: LevelAnalysis | null): void {
    const { [level]: _old, ...others } = store.getState().analyses;
    store.setState({ analyses: analysis ? { ...others, [level]: analysis } : others });
  }

  function stop(level: Level): void {
    running.get(level)?.controller.abort();
    running.delete(level);
  }

  async function run(pick: LevelPick): Promise<void> {
    const controller = new AbortController();
    running.set(pick.level, { pick, controller });
    setAnalysis(pick.level, { status: 'running' });
    try {
      const result = await analyse(pick, controller.signal);
      if (!controller.signal.aborted) setAnalysis(pick.level, { status: 'done', result });
    } catch (error) {
      if (controller.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      setAnalysis(pick.level, { status: 'failed', sentence: `${pick.level} could not be analysed because of a fault in OsteoLens (${reason}).` });
    }
  }

  function follow(): void {
    for (const level of LEVELS) {
      const pick = findPick(store.getState().picks.present, level);
      const current = running.get(level)?.pick;
      if (pick === current || (pick && current && isSamePlace(pick, current))) continue;
      stop(level);
      if (pick) void run(pick);
      else setAnalysis(level, null);
    }
  }

  store.subscribe((state, previous) => {
    if (state.picks.present !== previous.picks.present) follow();
  });

  return {
    clear() {
      for (const level of LEVELS) stop(level);
      store.setState({ analyses: {} });
    },
  };
}

function isSamePlace(a: LevelPick, b: LevelPick): boolean {
  return a.level === b.level && a.centreLps.every((value, axis) => value === b.centreLps[axis]);
}
