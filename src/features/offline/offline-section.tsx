import { useState } from 'react';
import type { KeptBuild, OfflineCopy } from '#src/offline/index.ts';
import { Button } from '#src/ui/button.tsx';
import { describeCopy, megabytes, nameBuild } from './offline-words.ts';
import { UseBuildButton } from './use-build-button.tsx';
import { useOffline } from './use-offline.ts';
import './offline.css';

const LOOK_WORDS = {
  looking: 'Looking …',
  found: 'A newer version was found; it is listed when all of its files are here.',
  newest: 'This server has no newer version.',
  unreachable: 'The server could not be asked; the version in use stays as it is.',
} as const;

/** Version in use, versions kept, update and removal of the offline copy. */
export function OfflineSection({ offline }: { readonly offline: OfflineCopy }) {
  const { page, copy, builds, isPinned } = useOffline(offline);
  const [look, setLook] = useState<keyof typeof LOOK_WORDS | null>(null);
  const { sign, sentence } = describeCopy(copy);

  async function lookForUpdate(): Promise<void> {
    setLook('looking');
    setLook((await offline.lookForUpdate()) ?? 'unreachable');
  }

  const others = builds.filter(({ build, isWhole }) => build !== page.build && isWhole);
  const canFetch = copy.state === 'removed' || copy.state === 'failed';
  return (
    <div className="offline-section">
      <p>
        <strong>{`OsteoLens ${nameBuild(page)}`}</strong>
        {isPinned ? '. You keep this version; a newer one is fetched and listed below, and not offered.' : '.'}
      </p>
      <p data-testid="offline-sentence"><strong>{sign}.</strong>{` ${sentence}`}</p>
      {others.length === 0 ? null : (
        <ul className="build-list" aria-label="Other versions kept here">
          {others.map((one) => <OtherBuild key={one.build} offline={offline} one={one} />)}
        </ul>
      )}
      <div className="offline-buttons">
        <Button onPress={() => void lookForUpdate()} isDisabled={canFetch || look === 'looking'}>Look for an update</Button>
        {canFetch
          ? <Button onPress={() => void offline.fetchAgain()}>Fetch the offline copy</Button>
          : <Button onPress={() => void offline.remove()}>Remove the offline copy</Button>}
      </div>
      {look === null ? null : <p role="status">{LOOK_WORDS[look]}</p>}
      <p className="soft">An update is fetched beside the version in use and is used only when you say so. No study is part of the offline copy.</p>
    </div>
  );
}

function OtherBuild({ offline, one }: { readonly offline: OfflineCopy; readonly one: KeptBuild }) {
  return (
    <li>
      <span>{`${nameBuild(one)}, ${megabytes(one.bytes)}`}</span>
      <UseBuildButton offline={offline} build={one.build} label="Use this version" />
      <Button aria-label={`Remove version ${nameBuild(one)}`} onPress={() => void offline.forget(one.build)}>Remove</Button>
    </li>
  );
}
