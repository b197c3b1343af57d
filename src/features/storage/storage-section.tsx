import { useEffect, useState } from 'react';
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { StorageOverview, StoredKind, StoredThing } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { dayAndTime } from '#src/ui/date-words.ts';
import { saveBlob } from '#src/ui/save-file.ts';
import { useSession } from '../use-session.ts';
import './storage-section.css';

const KINDS: readonly { readonly kind: StoredKind; readonly title: string; readonly none: string }[] = [
  { kind: 'session', title: 'Kept sessions', none: 'None is kept.' },
  { kind: 'recovery', title: 'Unsaved picks, for recovery', none: 'None.' },
  { kind: 'network', title: 'Networks of your own', none: 'None is kept.' },
  { kind: 'calibration', title: 'Calibrations', none: 'None is kept.' },
  { kind: 'backend', title: 'What this machine can do', none: 'Nothing is remembered.' },
  { kind: 'offline', title: 'Copy of the app for use offline', none: 'None is kept.' },
  { kind: 'other', title: 'Other', none: '' },
];

/**
 * Everything that this origin keeps in the browser, listed with its size, exported and erased from here.
 * @param removeOfflineCopy by its owner, so that it is not fetched again at once; null where there is none
 */
export function StorageSection({ removeOfflineCopy }: { readonly removeOfflineCopy: (() => Promise<void>) | null }) {
  const session = useSession();
  const [overview, setOverview] = useState<StorageOverview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { storedData } = session;

  useEffect(() => {
    let isShown = true;
    void storedData.overview().then((first) => {
      if (isShown) setOverview(first);
    });
    return () => {
      isShown = false;
    };
  }, [storedData]);

  async function doAndRead(work: () => ReturnType<StoredThing['erase']>) {
    const done = await work();
    setProblem(done.ok ? null : done.error.sentence);
    setOverview(await storedData.overview());
  }

  async function eraseOne(thing: StoredThing) {
    if (thing.kind === 'offline') await removeOfflineCopy?.();
    return thing.erase();
  }

  async function eraseEverything() {
    await removeOfflineCopy?.();
    return storedData.eraseEverything();
  }

  async function exportOne(copy: StoredThing['copy']) {
    const file = await copy?.();
    if (file) saveBlob(file.name, file.blob);
  }

  async function exportAll() {
    saveBlob('osteolens-sessions.zip', await session.exportKept());
  }

  if (overview === null) return <p className="soft">Reading what is kept…</p>;
  const sessions = overview.things.filter(({ kind }) => kind === 'session');
  return (
    <div className="storage-section" data-testid="storage-section">
      <p className="soft">
        Kept in this browser, on this computer only. Nothing of a study is among it unless you keep a session; unsaved picks are encrypted and can be opened only with the scan that they belong to.
        {' '}{usageOf(overview)}
      </p>
      {overview.refusal === null ? null : <p role="status">{overview.refusal}</p>}
      {problem === null ? null : <p role="alert" className="storage-problem">{problem}</p>}
      {KINDS.map(({ kind, title, none }) => {
        const things = overview.things.filter((thing) => thing.kind === kind);
        if (things.length === 0 && none === '') return null;
        return (
          <section key={kind} aria-label={title}>
            <h3>{title}{things.length === 0 ? null : <span className="storage-bytes">{bytesOf(things.reduce((sum, { bytes }) => sum + bytes, 0))}</span>}</h3>
            {things.length === 0 ? <p className="soft">{none}</p> : (
              <ul className="storage-list">
                {things.map((thing) => (
                  <li key={thing.id}>
                    <span className="storage-title">
                      {thing.title}
                      {thing.writtenMs === null ? null : <span className="storage-bytes">{` ${dayAndTime(new Date(thing.writtenMs))}`}</span>}
                    </span>
                    <span className="storage-bytes">{bytesOf(thing.bytes)}</span>
                    {thing.copy === null ? null : <Button aria-label={`Export ${thing.title}`} onPress={() => void exportOne(thing.copy)}>Export</Button>}
                    <Button aria-label={`Erase ${thing.title}`} onPress={() => void doAndRead(() => eraseOne(thing))}>Erase</Button>
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
      <div className="dialog-buttons">
        {sessions.length > 1 ? <Button onPress={() => void exportAll()}>Export all sessions (zip)</Button> : null}
        <EraseEverything isDisabled={overview.things.length === 0} onErase={() => void doAndRead(eraseEverything)} />
      </div>
    </div>
  );
}

function EraseEverything({ isDisabled, onErase }: { readonly isDisabled: boolean; readonly onErase: () => void }) {
  return (
    <DialogTrigger>
      <Button isDisabled={isDisabled}>Erase everything…</Button>
      <ModalOverlay className="dialog-overlay" isDismissable>
        <Modal className="dialog-box">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">Erase everything that is kept here?</Heading>
                <p>Everything listed is erased and cannot be brought back. The open study stays on the screen. What you do from now on may be kept again, and the copy of the app is fetched anew at the next visit.</p>
                <div className="dialog-buttons">
                  <Button
                    look="primary"
                    onPress={() => {
                      onErase();
                      close();
                    }}
                  >
                    Erase it all
                  </Button>
                  <Button onPress={close}>Keep it</Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function usageOf({ usageBytes, quotaBytes, isPersisted }: StorageOverview): string {
  if (usageBytes === null || quotaBytes === null) return '';
  return `In use, as the browser counts: ${bytesOf(usageBytes)} of ${bytesOf(quotaBytes)}.${isPersisted ? '' : ' The browser may clear it by itself when the disk gets full, or after weeks without a visit; export what you need.'}`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

function bytesOf(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[step] ?? ''}`;
}
