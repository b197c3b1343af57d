import { useEffect, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { openSeriesOf, type BundledNetworks } from '#src/session/index.ts';
import type { Result } from '#src/lib/result.ts';
import { Button } from '#src/ui/button.tsx';
import { saveBlob } from '#src/ui/save-file.ts';
import { useSession, useSessionState } from '../use-session.ts';
import { ModelCheckProgress } from './model-check-progress.tsx';
import { NetworkEntry, SpineNetworkEntry } from './network-entry.tsx';
import './models.css';

/** The networks that there are: those that come with OsteoLens, and the user's own. */
export function NetworksSection() {
  const { models, copyOfNetwork, readBundledNetworks } = useSession();
  const [read, setRead] = useState<Result<BundledNetworks, string> | null>(null);
  useEffect(() => {
    let isShown = true;
    void readBundledNetworks().then((result) => {
      if (isShown) setRead(result);
    });
    return () => {
      isShown = false;
    };
  }, [readBundledNetworks]);
  const loaded = useSessionState((state) => state.bundledModel);
  const own = useSessionState((state) => state.ownModels);
  const chosen = useSessionState((state) => state.chosenModelKey);
  const hasStudy = useSessionState(openSeriesOf) !== null;
  const bundled = read?.ok === true ? read.value : null;
  const density = loaded ?? bundled?.density.facts ?? null;
  // The host may have another one by now than the one that runs.
  const card = bundled !== null && density?.sha256 === bundled.density.facts.sha256 ? bundled.density.card : null;
  const add = (list: FileList | null) => {
    if (list && list.length > 0) void models.addFiles(list);
  };
  async function saveCopy(key: string): Promise<void> {
    const copy = await copyOfNetwork(key);
    if (copy !== null) saveBlob(copy.name, copy.blob);
  }
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
        {read === null && density === null ? <li className="soft">Reading the networks that come with OsteoLens…</li> : null}
        {read?.ok === false ? <li className="network-problem" role="alert">{read.error}</li> : null}
        {density === null ? null : (
          <NetworkEntry facts={density} card={card} speed={null} isChosen={hasStudy && chosen === null} hasStudy={hasStudy} onChoose={() => void models.choose(null)} />
        )}
        {bundled === null ? null : <SpineNetworkEntry {...bundled.spine} />}
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
            keeping={{ isKept, onKeep: () => void models.keep(key), onCopy: () => void saveCopy(key), onRemove: () => void models.remove(key) }}
          />
        ))}
      </ul>
      {hasStudy ? null : <p className="soft">A network is chosen for one study: open one first.</p>}
    </div>
  );
}
