import { shortHash, type BundledNetworks, type ModelFacts, type OwnModel } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';

type NetworkEntryProps = {
  readonly facts: ModelFacts | null;
  /** Markdown, shown as it is written: a card is another's text, and nothing in it is drawn or loaded. Null: not at hand. */
  readonly card: string | null;
  readonly speed: OwnModel['speed'];
  readonly problem?: string | null;
  readonly isChosen: boolean;
  readonly hasStudy: boolean;
  readonly onChoose: () => void;
  /** Of the user's own only. */
  readonly keeping?: { readonly isKept: boolean; readonly onKeep: () => void; readonly onCopy: () => void; readonly onRemove: () => void };
};

/** One network: what it is, by the word of those who made it, how it runs here, and what can be done with it. */
export function NetworkEntry({ facts, card, speed, problem = null, isChosen, hasStudy, onChoose, keeping }: NetworkEntryProps) {
  const title = facts?.title ?? 'A damaged network';
  return (
    <li className="network-entry" aria-current={isChosen} data-testid="network-entry">
      <div className="network-head">
        <h3>{facts === null ? title : `${title}, ${facts.version}`}</h3>
        <span>
          {facts === null || problem !== null ? null : (
            <Button isDisabled={isChosen || !hasStudy} onPress={onChoose} aria-label={isChosen ? `In use: ${title}` : `Use for this study: ${title}`}>
              {isChosen ? 'In use' : 'Use for this study'}
            </Button>
          )}
          {keeping === undefined ? null : (
            <>
              {keeping.isKept || problem !== null ? null : <Button onPress={keeping.onKeep} aria-label={`Keep ${title} in this browser`}>Keep</Button>}
              {problem === null ? <Button onPress={keeping.onCopy} aria-label={`Save a copy of ${title}`}>Save a copy</Button> : null}
              <Button onPress={keeping.onRemove} aria-label={`Remove ${title}`}>Remove</Button>
            </>
          )}
        </span>
      </div>
      {problem === null ? null : <p className="network-problem" role="alert">{problem}</p>}
      {facts === null ? null : <Facts facts={facts} />}
      {keeping === undefined || problem !== null ? null : (
        <p>{`${describeSpeed(speed)} ${keeping.isKept ? 'Kept in this browser until you remove it.' : 'For this page only, unless you keep it.'}`}</p>
      )}
      <Card title={title} card={card} />
    </li>
  );
}

/** The network that finds the vertebrae: the same for every study, and nothing is to be chosen. */
export function SpineNetworkEntry({ facts: { id, title, version, sha256, warnings }, card }: BundledNetworks['spine']) {
  return (
    <li className="network-entry" data-testid="spine-network-entry">
      <div className="network-head">
        <h3>{`${title}, ${version}`}</h3>
      </div>
      <p className="soft">Comes with OsteoLens. It proposes the vertebrae of every study, whichever network reads their density.</p>
      <p>{`${id}, SHA-256 ${shortHash(sha256)}`}</p>
      <Warnings warnings={warnings} />
      <Card title={title} card={card} />
    </li>
  );
}

function Card({ title, card }: { readonly title: string; readonly card: string | null }) {
  if (card === null || card === '') return null;
  return (
    <details>
      <summary>Model card</summary>
      {/* Scrolls: reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="network-card" tabIndex={0} aria-label={`Model card of ${title}`}>{card}</pre>
    </details>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  return warnings.length === 0 ? null : <ul className="network-warnings">{warnings.map((warning) => <li key={warning}>{warning}</li>)}</ul>;
}

function Facts({ facts: { id, sha256, origin, trainedOn, licence, intendedUse, warnings } }: { readonly facts: ModelFacts }) {
  return (
    <>
      <p className={origin === 'own' ? 'network-own' : 'soft'}>{origin === 'own' ? 'Your own network, not validated by OsteoLens.' : 'Comes with OsteoLens.'}</p>
      <p>{`${id}, SHA-256 ${shortHash(sha256)}, ${licence}`}</p>
      <p>{`Trained on ${trainedOn.simulated} simulated and ${trainedOn.real} real vertebrae: ${trainedOn.description}`}</p>
      <p className="soft">{intendedUse}</p>
      <Warnings warnings={warnings} />
    </>
  );
}

function describeSpeed(speed: OwnModel['speed']): string {
  if (speed === null) return 'It is checked on this computer when it is chosen.';
  const { medianMs, isSlow, threads } = speed;
  const time = isSlow ? `${(medianMs / 1000).toFixed(1)} s, which is slow,` : `${Math.round(medianMs)} ms`;
  return `Passed its checks here: ${time} a level with WASM, ${threads} ${threads === 1 ? 'thread' : 'threads'}.`;
}
