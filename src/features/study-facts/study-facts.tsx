import { canStateKvp, headerFactsOf, NOTHING_STATED, STATEABLE_KVP } from '#src/core/measure/stated-facts.ts';
import { openSeriesOf, type SessionState } from '#src/session/index.ts';
import { useSession, useSessionState } from '../use-session.ts';
import { StatedAge } from './stated-age.tsx';
import { StatedFact } from './stated-fact.tsx';
import './study-facts.css';

/** Bottom line: the facts of the scan and the patient that matter to the numbers and what is said of them, which the reader may state where the header is silent, the HU under the cursor, the backend and the model. */
export function StudyFacts() {
  const { density } = useSession();
  const series = useSessionState(openSeriesOf);
  const stated = useSessionState((state) => (series === null ? undefined : state.statedFacts[series.id])) ?? NOTHING_STATED;
  const engine = useSessionState((state) => state.engine);
  const model = useSessionState((state) => state.model);
  const facts = series?.acquisition;
  const patient = series === null ? null : headerFactsOf(series);
  const backend = describeBackend(engine);
  return (
    <footer className="study-facts" aria-label="Study and network facts">
      {facts && patient ? (
        <dl>
          {series !== null && !canStateKvp(series) ? (
            <Fact name="kVp" value="none (virtual monoenergetic)" />
          ) : (
            <StatedFact
              name="kVp"
              testId="fact-kvp"
              header={facts.kvp === null ? null : String(facts.kvp)}
              stated={stated.kvp === null ? '' : String(stated.kvp)}
              options={STATEABLE_KVP.map((kvp) => ({ value: String(kvp), words: String(kvp) }))}
              unknown="unknown"
              onState={(value) => density.stateFacts({ kvp: value === '' ? null : Number(value) })}
            />
          )}
          <Fact name="Slice" value={facts.sliceThicknessMm === null ? 'unknown' : `${facts.sliceThicknessMm} mm`} />
          <Fact name="Kernel" value={facts.kernel ?? 'unknown'} />
          <StatedFact
            name="Contrast"
            testId="fact-contrast"
            header={facts.contrast === null ? null : facts.contrast ? 'yes' : 'no'}
            stated={stated.contrast === null ? '' : stated.contrast ? 'yes' : 'no'}
            options={YES_NO}
            unknown="not stated"
            onState={(value) => density.stateFacts({ contrast: value === '' ? null : value === 'yes' })}
          />
          <StatedAge key={series?.id} header={patient.ageYears} stated={stated.ageYears} onState={(ageYears) => density.stateFacts({ ageYears })} />
          <StatedFact
            name="Sex"
            testId="fact-sex"
            header={patient.sex === null ? null : SEX_WORDS[patient.sex]}
            stated={stated.sex ?? ''}
            options={SEXES}
            unknown="unknown"
            onState={(value) => density.stateFacts({ sex: value === '' ? null : value })}
          />
        </dl>
      ) : (
        <span className="soft">No study is open.</span>
      )}
      {series?.isSynthetic ? <strong className="synthetic" data-testid="synthetic">Synthetic study, not a patient</strong> : null}
      <dl>
        <Fact name="Network" value={model ? `${model.id} ${model.version}, ${model.origin === 'own' ? 'your own, not the bundled one' : 'trained on simulated vertebrae'}` : 'not loaded yet'} />
        <div data-testid="backend" data-backend={backend.id} title={backend.reason}>
          <dt>Runs on</dt>
          <dd>
            {backend.name}
            <span className="visually-hidden">{`. ${backend.reason}`}</span>
          </dd>
        </div>
      </dl>
    </footer>
  );
}

const SEX_WORDS = { F: 'female', M: 'male', O: 'other' } as const;
const SEXES = [{ value: 'F', words: SEX_WORDS.F }, { value: 'M', words: SEX_WORDS.M }] as const;
const YES_NO = [{ value: 'no', words: 'no' }, { value: 'yes', words: 'yes' }] as const;

function describeBackend(engine: SessionState['engine']): { readonly id: string; readonly name: string; readonly reason: string } {
  switch (engine.state) {
    case 'empty':
      return { id: 'none', name: 'not started', reason: 'No network has been loaded yet.' };
    case 'failed':
      return { id: 'none', name: 'nothing', reason: engine.problem.sentence };
    case 'starting':
      return { id: 'none', name: 'starting', reason: engine.reason };
    case 'ready':
      return engine.backend === 'wasm'
        ? { id: 'wasm', name: `WASM, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`, reason: engine.reason }
        : { id: 'webgpu', name: 'WebGPU', reason: engine.reason };
  }
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
