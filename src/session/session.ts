import type { LevelPick } from '#src/core/levels/pick.ts';
import { createDicomWeb, readDropped, readFileList, readUrl, writeZip, type DicomWeb, type SeriesAddress, type ServerAccess } from '#src/files/index.ts';
import type { CheckModel, InferenceEngine, SpineFinder } from '#src/inference/index.ts';
import { listEverything, openPrivateFolder } from '#src/storage/index.ts';
import type { Result } from '#src/lib/result.ts';
import type { Viewer } from '#src/viewer/index.ts';
import { analyseLevel, estimate, type LevelJob } from './analyse-level.ts';
import { startAnalysisRunner, type AnalysisRunner } from './analysis-runner.ts';
import { createBodyFinder } from './body-finder.ts';
import { readBundledNetworks, type BundledNetworks } from './bundled-networks.ts';
import { fetchDemo } from './demo.ts';
import { createExplaining, type Explaining } from './explaining.ts';
import { createLevelInspector } from './level-inspector.ts';
import { followSpine } from './follow-spine.ts';
import { dismiss, tell } from './messages.ts';
import { createModelInUse } from './models-in-use.ts';
import { createKeptModels } from './models-kept.ts';
import { createModels, type Models } from './models.ts';
import { createStudyOpening } from './opening.ts';
import type { SizeChoice } from './size-question.ts';
import { copyOfNetwork, type SavedCopy } from './copies.ts';
import { createCalibrationMemory } from './calibration-memory.ts';
import { conversionOf, createDensitySettings, factsOf, type DensitySettings } from './density-settings.ts';
import { guardLeaving } from './guard-leaving.ts';
import { createPicking, type Picking } from './picking.ts';
import { createRecovery, type Recovery } from './recovery.ts';
import { createSavedSessions, type SavedSessions } from './saved-sessions.ts';
import { keptOffer, pickSets } from './selectors.ts';
import { createStoredData, type StoredData } from './stored-data.ts';
import { describeExports, makeExports, type ExportKind, type ExportedFile } from './export-results.ts';
import { startSpineSearch, type SpineSearch } from './spine-finding.ts';
import { startNetworkLate } from './start-network.ts';
import { createSessionStore, type SessionStore } from './state.ts';
import { takeCalibrationFile, type TakenFile } from './take-calibration-file.ts';

export type SessionParts = {
  readonly viewer: Viewer;
  readonly engine: InferenceEngine;
  readonly spineFinder: SpineFinder;
  readonly checkModel: CheckModel;
  /** Folder that holds models/ and demo/; absolute, with a slash at its end. */
  readonly baseUrl: string;
  readonly appVersion: string;
  /** Where the user's calibrations are kept; null where the browser refuses storage. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  /** False: nothing is proposed, neither on opening nor round a pick. */
  readonly proposesSpine: boolean;
};

/** The application without a screen. Features call these; nothing else changes the store. */
export type Session = {
  readonly store: SessionStore;
  readonly viewer: Viewer;
  readonly picking: Picking;
  readonly density: DensitySettings;
  readonly takeCalibrationFile: (file: { readonly name: string; readonly text: string }) => TakenFile;
  readonly explaining: Explaining;
  readonly spineSearch: SpineSearch;
  readonly sessions: SavedSessions;
  /** All kept sessions as one archive. */
  readonly exportKept: () => Promise<Blob>;
  /** Of an own network, as a zip that can be dropped in again; null where it cannot be read, which is said. */
  readonly copyOfNetwork: (key: string) => Promise<SavedCopy | null>;
  readonly recovery: Recovery;
  /** Places what is offered of the open series: what an earlier page left, else the session that was kept last. False where nothing is offered. */
  readonly placeOffered: () => boolean;
  readonly storedData: StoredData;
  readonly models: Models;
  readonly readBundledNetworks: () => Promise<Result<BundledNetworks, string>>;
  readonly openDropped: (data: DataTransfer) => Promise<void>;
  readonly openFileList: (list: FileList) => Promise<void>;
  readonly openDemo: () => Promise<void>;
  /** A zip, a DICOM file or a JSON list of files at an address, relative to the page or absolute. */
  readonly openUrl: (url: string) => Promise<void>;
  /** DICOMweb servers: which there are, and what they hold. */
  readonly servers: Pick<DicomWeb, 'offeredServers' | 'searchStudies' | 'searchSeries'>;
  readonly openServerSeries: (access: ServerAccess, series: SeriesAddress) => Promise<void>;
  readonly openSeries: (seriesId: string) => Promise<void>;
  readonly cancelOpening: () => void;
  readonly answerReplace: (mayReplace: boolean) => void;
  /** The reader's answer where a series does not fit into memory; null opens nothing. */
  readonly answerSize: (choice: SizeChoice | null) => void;
  readonly chooseDevice: (deviceId: string) => void;
  readonly dismiss: (messageId: number) => void;
  /** All picks of the study, one file a series; empty while there is nothing to save. */
  readonly exportResults: (kind: ExportKind) => readonly ExportedFile[];
};

export function createSession({ viewer, engine, spineFinder, checkModel, baseUrl, appVersion, storage, proposesSpine }: SessionParts): Session {
  const store = createSessionStore(engine.getStatus());
  const opening = createStudyOpening(store, viewer, () => runner, { takeModels: (folders) => models.take(folders), takeCalibration: (file) => takeCalibrationFile(store, density, file) });
  const findBody = createBodyFinder();
  const picking = createPicking({ store, openVolume: opening.volume, findBody, proposesNeighbours: proposesSpine });
  const inspect = createLevelInspector();
  store.subscribe(({ openSeriesId }, before) => {
    if (openSeriesId === null || openSeriesId === before.openSeriesId) return;
    findBody.prepare();
    inspect.prepare();
  });
  const spineSearch = startSpineSearch(store, spineFinder, opening.volume, proposesSpine);
  const dicomWeb = createDicomWeb(baseUrl);
  const density = createDensitySettings(store, createCalibrationMemory(storage), () => runner.restart());

  const runner: AnalysisRunner = startAnalysisRunner(store, async (pick, signal) => {
    // A pick made before the network has arrived waits for it; its region need not.
    const { volume, facts } = jobOf(pick);
    const inspected = inspect(volume, pick, facts.kvp, signal);
    inspected.catch(() => undefined);
    await inUse.ready();
    signal.throwIfAborted();
    return analyseLevel({ ...jobOf(pick), inspect: () => inspected }, signal);
  });
  const inUse = createModelInUse({ store, engine, baseUrl, filesOf: (key) => models.filesOf(key), restart: () => { explaining.forgetMoves(); runner.restart(); } });
  const models = createModels({ store, check: checkModel, kept: createKeptModels({ openPrivateFolder, listEverything }), bundledKnown: inUse.ready });
  const recovery = createRecovery({ store, folder: openPrivateFolder(['recovery']), openVolume: opening.volume, appVersion, locks: (navigator as Partial<Navigator>).locks, now: Date.now });
  const askToStay = (): void => void (navigator as Partial<Navigator>).storage?.persist?.().catch(() => false);
  const sessions = createSavedSessions(store, openPrivateFolder(['sessions']), appVersion, askToStay, Date.now);
  void sessions.refresh();
  void models.refresh();
  const storedData = createStoredData({ store, density, sessions, recovery, copyOfNetwork: (key) => copyOfNetwork(store, models, key), refreshNetworks: models.refresh });
  guardLeaving(store, globalThis);
  const explaining = createExplaining(store, (pick, signal) => estimate(jobOf(pick), signal));

  function jobOf(pick: LevelPick): LevelJob {
    const volume = opening.volume();
    const { series, openSeriesId } = store.getState();
    const open = series.find((one) => one.id === openSeriesId);
    if (!volume || !open) throw new Error('A level was picked with no series open.');
    const snapConfidence = picking.snapConfidenceAt(pick.centreLps);
    const shear = open.grid?.shear;
    const isEverySecondSlice = open.reduction?.kind === 'every-second';
    return { volume, facts: factsOf(store.getState(), open), conversion: conversionOf(store.getState(), open, new Date()), pick, snapConfidence, shear, isEverySecondSlice, inspect, engine, manifest: inUse.manifest() };
  }

  engine.subscribe(() => store.setState({ engine: engine.getStatus() }));
  engine.onFallback(({ sentence }) => tell(store, 'note', sentence, 'app'));
  followSpine(store, viewer);
  viewer.onProblem(({ sentence }) => tell(store, 'note', sentence, 'app'));
  viewer.onClick(({ point }) => picking.pickAt(point));

  startNetworkLate(store, viewer, () => void inUse.ready());

  return {
    store,
    viewer,
    picking,
    density,
    takeCalibrationFile: (file) => takeCalibrationFile(store, density, file),
    explaining,
    spineSearch,
    sessions,
    async exportKept() {
      const files = await Promise.all(store.getState().keptSessions.map(({ id }) => sessions.exportOne(id)));
      return writeZip(files.flatMap((file) => (file === null ? [] : [{ name: file.name, content: file.text }])));
    },
    copyOfNetwork: (key) => copyOfNetwork(store, models, key),
    recovery,
    placeOffered() {
      if (recovery.place()) return true;
      const offer = keptOffer(store.getState());
      if (offer !== null) void sessions.place(offer.id);
      return offer !== null;
    },
    storedData,
    models,
    readBundledNetworks: () => readBundledNetworks(baseUrl),
    openDropped: (data) => opening.openEntries(() => readDropped(data)),
    openFileList: (list) => opening.openEntries(() => Promise.resolve(readFileList(list))),
    openDemo: () => opening.openFetched(async () => ({ entries: await fetchDemo(baseUrl), problems: [] })),
    openUrl: (url) => opening.openFetched((task) => readUrl(url, { ...task, baseUrl })),
    servers: dicomWeb,
    openServerSeries: (access, series) => opening.openFetched((task) => dicomWeb.fetchSeries(access, series, task)),
    openSeries: opening.openSeries,
    cancelOpening: opening.cancel,
    answerReplace: opening.answerReplace,
    answerSize: opening.answerSize,
    chooseDevice: (deviceId) => store.setState({ deviceId }),
    dismiss: (messageId) => dismiss(store, messageId),
    exportResults(kind) {
      const state = store.getState();
      const files = makeExports(kind, state, appVersion, new Date());
      const toSay = describeExports(files, state);
      if (toSay !== null) tell(store, 'note', toSay);
      if (kind === 'json') store.setState({ savedPicks: pickSets(state) });
      return files;
    },
  };
}
