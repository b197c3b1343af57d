import { findPick } from '#src/core/levels/picks.ts';
import { describeName } from '#src/core/results/name-words.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { useSessionState } from '../use-session.ts';
import { DoubtList } from './doubt-list.tsx';
import { MeasuredShape } from './measured-shape.tsx';
import './level-detail.css';

/** Region, heights, and every reason to doubt the selected level. */
export function LevelDetail({ result, results }: { readonly result: LevelResult; readonly results: readonly LevelResult[] }) {
  const isOwn = useSessionState((state) => state.model?.origin === 'own');
  const pick = useSessionState((state) => findPick(state.picks.present, result.level));
  const name = pick === undefined ? null : describeName(pick);
  return (
    <section className="level-detail" aria-label={`Doubts at ${result.level}`} data-testid="level-detail">
      <h2>{`${result.level}: measured`}</h2>
      <MeasuredShape result={result} />
      {name === null ? null : <p className="soft" data-testid="level-name">{name}</p>}
      <h2>{`${result.level}: ${result.warnings.length === 1 ? 'one reason' : `${result.warnings.length || 'no'} reasons`} for doubt`}</h2>
      {result.warnings.length === 0 ? <p className="soft">{`No gate found one. ${isOwn ? 'The network is your own and not validated by OsteoLens.' : 'The network was trained on simulated vertebrae only.'}`}</p> : null}
      <DoubtList result={result} results={results} />
      {result.run ? <p className="soft">{`${result.run.backend === 'wasm' ? 'WASM' : 'WebGPU'}, ${Math.round(result.run.elapsedMs)} ms`}</p> : null}
    </section>
  );
}
