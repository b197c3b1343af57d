import { useState } from 'react';
import { openSeriesOf } from '#src/session/index.ts';
import type { OfflineCopy } from '#src/offline/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSessionState } from '../use-session.ts';

type UseBuildButtonProps = {
  readonly offline: OfflineCopy;
  readonly build: string;
  readonly label: string;
};

/** The button that was pressed is gone; the answer that changes nothing takes its focus. */
function focusLastButton(group: HTMLElement | null): void {
  group?.querySelector<HTMLElement>('button:last-of-type')?.focus();
}

/** Loads the page again with another build. Where a study is open it asks first, in its own place. */
export function UseBuildButton({ offline, build, label }: UseBuildButtonProps) {
  const isOpen = useSessionState((state) => openSeriesOf(state) !== null || state.opening !== null);
  const [isAsking, setIsAsking] = useState(false);
  const load = () => void offline.use(build);
  if (!isAsking) return <Button look="primary" onPress={isOpen ? () => setIsAsking(true) : load}>{label}</Button>;
  return (
    <span ref={focusLastButton} className="offline-question" role="group" aria-label="A study is open">
      The page loads again and the open study closes; save its results first.
      <Button look="primary" onPress={load}>Close the study and load</Button>
      <Button onPress={() => setIsAsking(false)}>Not now</Button>
    </span>
  );
}
