import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { findPick } from '#src/core/levels/picks.ts';
import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import { answerOf, movedBy, MOVES, type MovedAnswer } from '#src/core/results/stability.ts';
import type { NetworkEstimate } from '#src/core/results/level-result.ts';
import type { Result } from '#src/lib/result.ts';
import type { SessionStore } from './state.ts';

/** The network's answers round one mark. They belong to the place: a mark that moved has none. */
export type MovesRun = {
  readonly centreLps: WorldPoint;
  readonly status: 'running' | 'done' | 'failed' | 'stopped';
  readonly answers: readonly MovedAnswer[];
  readonly total: number;
  /** Why it failed. */
  readonly sentence?: string;
};

export type EstimateAt = (pick: LevelPick, signal: AbortSignal) => Promise<Result<{ readonly network: NetworkEstimate }, { readonly sentence: string }>>;

/** Looking behind an answer: where the network looked, and how the answer holds when the mark moves a little. */
export type Explaining = {
  readonly showActivation: (isShown: boolean) => void;
  /** Runs the network at small moves of a level's mark, after whatever is being analysed. Stops another level's run. */
  readonly tryMoves: (level: VertebraName) => Promise<void>;
  readonly stopMoves: () => void;
  /** Stops, and forgets all answers: they came from another network. */
  readonly forgetMoves: () => void;
};

const FORGOTTEN = new DOMException('Another network was chosen.', 'AbortError');

export function createExplaining(store: SessionStore, estimateAt: EstimateAt): Explaining {
  let current: AbortController | null = null;

  function stopMoves(): void {
    current?.abort();
    current = null;
  }

  function update(level: VertebraName, run: MovesRun): void {
    store.setState({ moves: { ...store.getState().moves, [level]: run } });
  }

  async function tryMoves(level: VertebraName): Promise<void> {
    stopMoves();
    const pick = findPick(store.getState().picks.present, level);
    if (!pick) return;
    const controller = new AbortController();
    const { signal } = controller;
    current = controller;
    let run: MovesRun = { centreLps: pick.centreLps, status: 'running', answers: [], total: MOVES.length };
    const set = (next: Partial<MovesRun>): void => {
      run = { ...run, ...next };
      update(level, run);
    };
    const isStale = (): boolean => findPick(store.getState().picks.present, level)?.centreLps !== pick.centreLps;
    set({});
    for (const move of MOVES) {
      // The reader's picks go first.
      await untilIdle(store, signal);
      if (isStale()) stopMoves();
      if (signal.aborted) break;
      const moved = await estimateAt({ ...pick, centreLps: movedBy(pick.centreLps, move) }, signal);
      if (signal.aborted) break;
      if (!moved.ok) {
        set({ status: 'failed', sentence: moved.error.sentence });
        return;
      }
      set({ answers: [...run.answers, answerOf(moved.value.network)] });
    }
    if (signal.reason !== FORGOTTEN) set({ status: signal.aborted ? 'stopped' : 'done' });
    if (current === controller) current = null;
  }

  return {
    showActivation: (isShown) => store.setState({ isActivationShown: isShown }),
    tryMoves,
    stopMoves,
    forgetMoves() {
      current?.abort(FORGOTTEN);
      current = null;
      store.setState({ moves: {} });
    },
  };
}

function isBusy({ analyses }: ReturnType<SessionStore['getState']>): boolean {
  return Object.values(analyses).some(({ status }) => status === 'running' || status === 'queued');
}

/** Resolves when no level is being analysed, or the signal aborts. */
function untilIdle(store: SessionStore, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const unsubscribe = store.subscribe((state) => {
      if (!isBusy(state)) done();
    });
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted || !isBusy(store.getState())) done();
  });
}
