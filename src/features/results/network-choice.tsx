import { shortHash } from '#src/session/index.ts';
import { useSession, useSessionState } from '../use-session.ts';
import './network-choice.css';

/** Which network makes the numbers of this study, where there is a choice; one of the user's own is named. */
export function NetworkChoice() {
  const { models } = useSession();
  const own = useSessionState((state) => state.ownModels);
  const chosen = useSessionState((state) => state.chosenModelKey);
  const bundled = useSessionState((state) => state.bundledModel);
  const isChecking = useSessionState((state) => state.modelCheck !== null);
  const usable = own.flatMap(({ key, facts, problem }) => (facts === null || problem !== null ? [] : [{ key, facts }]));
  if (usable.length === 0) return null;
  const inUse = usable.find(({ key }) => key === chosen)?.facts;
  return (
    <div className="network-choice">
      <label className="device-choice">
        Network
        <select value={chosen ?? ''} disabled={isChecking} onChange={(event) => void models.choose(event.target.value === '' ? null : event.target.value)} data-testid="network-choice">
          <option value="">{`${bundled?.title ?? 'The bundled network'} (bundled)`}</option>
          {usable.map(({ key, facts }) => <option key={key} value={key}>{`${facts.title}, ${facts.version} (your own)`}</option>)}
        </select>
      </label>
      {inUse === undefined ? null : (
        <p className="network-in-use" data-testid="network-in-use">
          {`Network: ${inUse.title} ${inUse.version} (${inUse.id}, SHA-256 ${shortHash(inUse.sha256)}), your own, not the bundled one; not validated by OsteoLens.`}
        </p>
      )}
    </div>
  );
}
