import { openSeriesOf, type SessionState } from '#src/session/index.ts';
import { useSessionState } from '../use-session.ts';
import './study-facts.css';

/** Bottom line: the acquisition facts that matter to the numbers, the HU under the cursor, the backend and the model. */
export function StudyFacts() {
  const series = useSessionState(openSeriesOf);
  const engine = useSessionState((state) => state.engine);
  const model = useSessionState((state) => state.model);
  const facts = series?.acquisition;
  const backend = describeBackend(engine);
  return (
    <footer className="study-facts" aria-label="Study and network facts">
      {facts ? (
        <dl>
          <Fact name="kVp" value={facts.kvp === null ? 'unknown' : String(facts.kvp)} />
          <Fact name="Slice" value={facts.sliceThicknessMm === null ? 'unknown' : `${facts.sliceThicknessMm} mm`} />
          <Fact name="Kernel" value={facts.kernel ?? 'unknown'} />
          <Fact name="Contrast" value={facts.contrast === null ? 'not stated' : facts.contrast ? 'yes' : 'no'} />
        </dl>
      ) : (
        <span className="soft">No study is open.</span>
      )}
      {series?.isSynthetic ? <strong className="synthetic" data-testid="synthetic">Synthetic study, not a patient</strong> : null}
      <dl>
        <Fact name="Network" value={model ? `${model.id} ${model.version}, trained on simulated vertebrae` : 'not loaded yet'} />
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
