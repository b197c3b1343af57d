import { FileTrigger } from 'react-aria-components';
import { openSeriesOf } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { ModelCheckProgress } from './model-check-progress.tsx';
import { NetworkEntry } from './network-entry.tsx';
import './models.css';

/** The networks that there are: the one that comes with OsteoLens, and the user's own. */
export function NetworksSection() {
  const { models } = useSession();
  const bundled = useSessionState((state) => state.bundledModel);
  const own = useSessionState((state) => state.ownModels);
  const chosen = useSessionState((state) => state.chosenModelKey);
  const hasStudy = useSessionState(openSeriesOf) !== null;
  const add = (list: FileList | null) => {
    if (list && list.length > 0) void models.addFiles(list);
  };
  return (
    <div className="networks">
      <p className="soft">
        A network of your own is a folder that <code>python -m vertebra export</code> wrote: manifest.json, model.onnx, golden.bin and model-card.md. Drop the
        folder or a zip of it anywhere on this page, or choose it here. It is checked and run on this computer, and nothing of it is sent anywhere.
      </p>
      <div className="networks-add" role="group" aria-label="Add a network">
        <FileTrigger acceptDirectory onSelect={add}>
          <Button>Network folder…</Button>
        </FileTrigger>
        <FileTrigger acceptedFileTypes={['.zip']} onSelect={add}>
          <Button>Network zip…</Button>
        </FileTrigger>
      </div>
      <ModelCheckProgress />
      <ul className="network-list" aria-label="Networks">
        {bundled === null ? (
          <li className="soft">The network that comes with OsteoLens is listed once it has been loaded.</li>
        ) : (
          <NetworkEntry facts={bundled} card={null} speed={null} isChosen={chosen === null} hasStudy={hasStudy} onChoose={() => void models.choose(null)} />
        )}
        {own.map(({ key, facts, card, isKept, speed, problem }) => (
          <NetworkEntry
            key={key}
            facts={facts}
            card={card}
            speed={speed}
            problem={problem}
            isChosen={chosen === key}
            hasStudy={hasStudy}
            onChoose={() => void models.choose(key)}
            keeping={{ isKept, onKeep: () => void models.keep(key), onRemove: () => void models.remove(key) }}
          />
        ))}
      </ul>
      {hasStudy ? null : <p className="soft">A network is chosen for one study: open one first.</p>}
    </div>
  );
}
