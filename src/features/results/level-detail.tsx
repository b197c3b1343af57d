import type { LevelResult } from '#src/core/results/level-result.ts';
import { deviceEstimate } from '#src/core/results/display-class.ts';
import './level-detail.css';

const EFFECT_WORDS = { note: 'Note', mark: 'Doubt', refuse: 'No estimate' } as const;

/** Every reason to doubt the selected level, and which experts answered. */
export function LevelDetail({ result, deviceId }: { readonly result: LevelResult; readonly deviceId: string }) {
  const device = result.network ? deviceEstimate(result.network, deviceId) : undefined;
  return (
    <section className="level-detail" aria-label={`Doubts at ${result.level}`} data-testid="level-detail">
      <h2>{`${result.level}: reasons for doubt`}</h2>
      {result.warnings.length === 0 ? <p className="soft">No gate found one. The network was trained on simulated vertebrae only.</p> : null}
      <ul>
        {result.warnings.map((warning) => (
          <li key={warning.code} className={`effect-${warning.effect}`}>
            <strong>{EFFECT_WORDS[warning.effect]}</strong> {warning.sentence}
          </li>
        ))}
      </ul>
      {device ? (
        <p className="soft">
          {`Experts: ${device.gates.map((gate, index) => `${index + 1}: ${Math.round(gate * 100)} %`).join(', ')}`}
          {result.run ? `. ${result.run.backend === 'wasm' ? 'WASM' : 'WebGPU'}, ${Math.round(result.run.elapsedMs)} ms` : ''}
        </p>
      ) : null}
    </section>
  );
}
