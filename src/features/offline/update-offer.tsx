import type { OfflineCopy } from '#src/offline/index.ts';
import { Button } from '#src/ui/button.tsx';
import { nameBuild } from './offline-words.ts';
import { UseBuildButton } from './use-build-button.tsx';
import { useOffline } from './use-offline.ts';
import './offline.css';

/** A newer version that is here as a whole: the user takes it or keeps the one in use. Nothing changes without a word. */
export function UpdateOffer({ offline }: { readonly offline: OfflineCopy }) {
  const { newer, isPinned } = useOffline(offline);
  if (newer === null || isPinned) return null;
  return (
    <div className="update-offer" role="status" data-testid="update-offer">
      <span>{`A new version is ready (${nameBuild(newer)}).`}</span>
      <UseBuildButton offline={offline} build={newer.build} label="Use it now" />
      <Button onPress={() => void offline.keepThis()}>Keep this version</Button>
    </div>
  );
}
