import { z } from 'zod';
import type { Series } from '#src/core/dicom/series.ts';
import { isOwnProposal, type LevelPick } from '#src/core/levels/pick.ts';
import { effectiveStatement, headerFactsOf, NOTHING_STATED } from '#src/core/measure/stated-facts.ts';
import { writeSessionFile } from '#src/core/results/session-file.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import { SerialQueue } from '#src/lib/serial-queue.ts';
import { storageRefused, type PrivateFolder, type StorageProblem } from '#src/storage/index.ts';
import { applyPicksFile } from './apply-picks-file.ts';
import { tell } from './messages.ts';
import { randomName } from './random-name.ts';
import { makeKey, readSealed, seal, unseal, type RecordKey, type SealedRecord } from './recovery-cipher.ts';
import { secretOf } from './recovery-secret.ts';
import { openSeriesOf, unsavedPicks } from './selectors.ts';
import type { SessionState, SessionStore } from './state.ts';

/*
 * A page that ends without a word loses no confirmed pick: while there are picks that were not saved, an encrypted record of them is
 * kept, one a series, and goes when they are saved or given up. The next page offers what an earlier one left, once the same series
 * is open. Why so: docs/decisions/0010-the-scan-is-the-key.md.
 */

/** A record that nobody asked for is removed after this long: a weekend. */
export const RECOVERY_KEPT_MS = 3 * 24 * 3600 * 1000;

const LOCK = 'osteolens-recovery-';

/** What an earlier page left: how many confirmed picks, and when. */
export type Recoverable = { readonly picks: number; readonly savedAtMs: number };

export type RecoveryState = {
  /** Of series that are not open; of which, nobody knows. */
  readonly waiting: readonly Recoverable[];
  /** Of the open series. */
  readonly found: Recoverable | null;
};

export type Recovery = {
  /** Places what was found of the open series, as it was left. False where nothing was found. */
  readonly place: () => boolean;
  /** Erases what was found of the open series; where nothing was found, all that waits. */
  readonly forget: () => Promise<void>;
  /** Erases one record by its file's name, whosever it is. */
  readonly erase: (name: string) => Promise<Result<null, StorageProblem>>;
  /** Erases all records, of this page too, until the next change of picks. */
  readonly eraseAll: () => Promise<void>;
  /** Settles when everything so far is on disk, and what waits was tried on the open series. */
  readonly whenIdle: () => Promise<void>;
};

export type RecoveryParts = {
  readonly store: SessionStore;
  readonly folder: PrivateFolder;
  readonly openVolume: () => VolumeSource | null;
  readonly appVersion: string;
  /** Tell which records belong to a page that is still there; undefined where the browser has none, and then nothing is kept. */
  readonly locks: Pick<LockManager, 'request' | 'query'> | undefined;
  readonly now: () => number;
};

/** `wanted` makes what is to be on disk; `written` is what is there, null where it is not sure. */
type OwnRecord = { readonly name: string; key: RecordKey | null; wanted: () => Wanted; written: string | null };
type Wanted = { readonly text: string; readonly picks: number };
type Found = { readonly record: SealedRecord; readonly left: z.infer<typeof leftBehind> };

const leftBehind = z.object({ results: z.string(), calibrationId: z.string().nullable() });

export function createRecovery({ store, folder, openVolume, appVersion, locks, now }: RecoveryParts): Recovery {
  const own = new Map<string, OwnRecord>();
  const old = new Map<string, SealedRecord>();
  const found = new Map<string, Found>();
  const disk = new SerialQueue();
  let looking: Promise<unknown> = Promise.resolve();
  const startedAt = new Date(now()).toISOString();

  async function readOld(): Promise<void> {
    const listed = await folder.list();
    // Where nothing can be kept, nothing was.
    if (!listed.ok || locks === undefined) return;
    const held = new Set((await locks.query()).held?.map(({ name }) => name));
    for (const { name } of listed.value) {
      if (held.has(LOCK + name)) continue;
      const read = await folder.read(name);
      const text = read.ok ? await read.value.text().catch(() => null) : null;
      if (text === null) continue;
      const record = readSealed(text);
      if (record === null || now() - record.savedAtMs > RECOVERY_KEPT_MS) await folder.remove(name);
      else old.set(name, record);
    }
    publish();
    look(openSeriesOf(store.getState()));
  }

  function publish(): void {
    const waiting = [...old].filter(([name]) => !found.has(name)).map(([, { picks, savedAtMs }]) => ({ picks, savedAtMs }));
    const records = [...found.values()].map(({ record }) => record);
    const sum = records.reduce((total, { picks }) => total + picks, 0);
    store.setState({ recovery: { waiting, found: records.length === 0 ? null : { picks: sum, savedAtMs: Math.max(...records.map(({ savedAtMs }) => savedAtMs)) } } });
  }

  function look(series: Series | null): void {
    looking = Promise.all([looking, lookFor(series).catch(() => undefined)]);
  }

  /** Tries the records that wait with the key of the open series. */
  async function lookFor(series: Series | null): Promise<void> {
    if (series === null || old.size === 0) return;
    const secret = await secretOf(series, openVolume());
    if (secret === null) return;
    for (const [name, record] of [...old].toSorted(([, a], [, b]) => a.savedAtMs - b.savedAtMs)) {
      const text = await unseal(await makeKey(secret, record.salt), record);
      const left = text === null ? null : readLeft(text);
      if (openSeriesOf(store.getState())?.id !== series.id) return;
      if (left !== null && old.has(name)) found.set(name, { record, left });
    }
    if (found.size > 0) publish();
  }

  function follow(state: SessionState, before: SessionState): void {
    if (state.openSeriesId !== before.openSeriesId) {
      const hadFound = found.size > 0;
      found.clear();
      if (hadFound) publish();
      look(openSeriesOf(state));
    }
    if (RECORDED.some((part) => state[part] !== before[part])) keepUnsaved(state);
  }

  function keepUnsaved(state: SessionState): void {
    const unsaved = unsavedPicks(state);
    for (const [seriesId, record] of own) if (unsaved.every((one) => one.seriesId !== seriesId)) drop(seriesId, record);
    for (const { seriesId, picks } of unsaved) {
      const series = state.series.find(({ id }) => id === seriesId);
      if (series !== undefined) keep(series, () => wantedOf(series, picks, state));
    }
  }

  function wantedOf(series: Series, picks: readonly LevelPick[], state: SessionState): Wanted {
    const { studyInstanceUid, seriesInstanceUid, acquisition, id } = series;
    const statedByReader = effectiveStatement(headerFactsOf(series), state.statedFacts[id] ?? NOTHING_STATED);
    // Proposals that nobody spoke of are found again.
    const said = picks.filter((pick) => !isOwnProposal(pick));
    const results = writeSessionFile({ studyInstanceUid, seriesInstanceUid, acquisition, statedByReader, deviceId: state.deviceId, picks: said, results: [], appVersion, createdAt: startedAt, savedAt: startedAt });
    const text = JSON.stringify({ results, calibrationId: state.chosenCalibrations[id] ?? null } satisfies z.infer<typeof leftBehind>);
    return { text, picks: said.filter((pick) => pick.state === 'confirmed' || pick.state === 'edited').length };
  }

  function keep(series: Series, wanted: () => Wanted): void {
    if (locks === undefined) {
      tellOff(storageRefused().sentence);
      return;
    }
    let record = own.get(series.id);
    if (record === undefined) {
      record = { name: randomName(), key: null, wanted, written: null };
      own.set(series.id, record);
      // Held for as long as this page lives, so that no other offers the record as left behind.
      locks.request(LOCK + record.name, () => new Promise<never>(() => undefined)).catch(() => undefined);
    }
    record.wanted = wanted;
    const mine = record;
    disk.add(() => write(series, mine)).catch((error: unknown) => tellOff(`There was a fault in OsteoLens (${String(error)}).`));
  }

  async function write(series: Series, record: OwnRecord): Promise<void> {
    if (own.get(series.id) !== record) return;
    const { text, picks } = record.wanted();
    if (record.written === text) return;
    record.written = null;
    record.key ??= await keyOf(series);
    if (record.key === null) return;
    const sealed = await seal(record.key, text, { savedAtMs: now(), picks });
    const written = await folder.write(record.name, new Blob([JSON.stringify(sealed)]));
    if (written.ok) record.written = text;
    else tellOff(written.error.sentence);
  }

  async function keyOf(series: Series): Promise<RecordKey | null> {
    const isOpen = openSeriesOf(store.getState())?.id === series.id;
    const secret = await secretOf(series, isOpen ? openVolume() : null);
    return secret === null ? null : makeKey(secret);
  }

  function drop(seriesId: string, { name }: OwnRecord): void {
    own.delete(seriesId);
    void disk.add(() => folder.remove(name));
  }

  function tellOff(reason: string): void {
    tell(store, 'note', `Picks cannot be recovered if this tab crashes, so save results now and then. ${reason}`, 'app');
  }

  async function forgetNamed(names: readonly string[]): Promise<void> {
    for (const name of names) {
      old.delete(name);
      found.delete(name);
    }
    publish();
    for (const name of names) await folder.remove(name);
  }

  store.subscribe(follow);
  // Without a list nothing is offered; the picks of this page are kept all the same.
  const isRead = readOld().catch(() => undefined);

  return {
    place() {
      const left = [...found];
      if (left.length === 0) return false;
      for (const [, one] of left) placeLeft(store, one.left);
      found.clear();
      publish();
      // Behind the writing of the record that takes their place; where that failed, they stay.
      void disk.add(async () => {
        if ([...own.values()].every(({ written }) => written !== null)) await forgetNamed(left.map(([name]) => name));
      });
      return true;
    },
    forget: () => forgetNamed(found.size > 0 ? [...found.keys()] : [...old.keys()]),
    async erase(name) {
      for (const [seriesId, record] of own) if (record.name === name) own.delete(seriesId);
      old.delete(name);
      found.delete(name);
      publish();
      return disk.add(() => folder.remove(name));
    },
    async eraseAll() {
      for (const [seriesId, record] of own) drop(seriesId, record);
      await forgetNamed([...old.keys()]);
      await disk.add(() => folder.removeAll());
    },
    async whenIdle() {
      await isRead;
      await looking;
      await disk.add(() => Promise.resolve());
    },
  };
}

/** A change of one of these is a change of what must be kept. */
const RECORDED = ['picks', 'hiddenPicks', 'savedPicks', 'statedFacts', 'chosenCalibrations'] as const satisfies readonly (keyof SessionState)[];

function readLeft(text: string): Found['left'] | null {
  try {
    return leftBehind.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function placeLeft(store: SessionStore, { results, calibrationId }: Found['left']): void {
  applyPicksFile(store, { kind: 'results', name: 'Recovered', text: results });
  const { openSeriesId, chosenCalibrations, calibrations } = store.getState();
  if (openSeriesId === null || calibrationId === null || chosenCalibrations[openSeriesId] !== undefined) return;
  if (calibrations.every(({ id }) => id !== calibrationId)) {
    tell(store, 'note', 'The densities of the recovered levels were made by a calibration that is no longer saved in this browser, and are made anew without it; it can be entered again under Settings.');
    return;
  }
  store.setState({ chosenCalibrations: { ...chosenCalibrations, [openSeriesId]: calibrationId } });
}
