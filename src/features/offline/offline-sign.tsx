import type { OfflineCopy } from '#src/offline/index.ts';
import { describeCopy } from './offline-words.ts';
import { useOffline } from './use-offline.ts';
import './offline.css';

/** Whether this machine can go on without a network, as counted in the browser's caches. */
export function OfflineSign({ offline }: { readonly offline: OfflineCopy }) {
  const { copy } = useOffline(offline);
  const { sign, sentence } = describeCopy(copy);
  return (
    <span className={`offline-sign offline-${copy.state}`} data-testid="offline-sign" data-state={copy.state} title={sentence}>
      {sign}
      <span className="visually-hidden">{`. ${sentence}`}</span>
    </span>
  );
}
