import type { LevelResult } from '#src/core/results/level-result.ts';
import { MeasuredShape } from './measured-shape.tsx';
import './level-detail.css';

const EFFECT_WORDS = { note: 'Note', mark: 'Doubt', refuse: 'No estimate' } as const;

/** Every reason to doubt the selected level. */
export function LevelDetail({ result }: { readonly result: LevelResult }) {
  return (
    <section className="level-detail" aria-label={`Doubts at ${result.level}`} data-testid="level-detail">
      <h2>{`${result.level}: measured`}</h2>
      <MeasuredShape result={result} />
      <h2>{`${result.level}: reasons for doubt`}</h2>
      {result.warnings.length === 0 ? <p className="soft">No gate found one. The network was trained on simulated vertebrae only.</p> : null}
      <ul>
        {result.warnings.map((warning) => (
          <li key={warning.code} className={`effect-${warning.effect}`}>
            <strong>{EFFECT_WORDS[warning.effect]}</strong> {warning.sentence}
          </li>
        ))}
      </ul>
      {result.run ? <p className="soft">{`${result.run.backend === 'wasm' ? 'WASM' : 'WebGPU'}, ${Math.round(result.run.elapsedMs)} ms`}</p> : null}
    </section>
  );
}
