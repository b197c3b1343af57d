import { leaveOutSlices, type UnreadableSlice } from '#src/core/dicom/leave-out-slices.ts';
import type { Series } from '#src/core/dicom/series.ts';
import { emptyPickHistory } from '#src/core/levels/picks.ts';
import { findSpineView } from '#src/core/levels/spine-view.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { WorkerDied } from '#src/lib/browser/worker-death.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import { SerialQueue } from '#src/lib/serial-queue.ts';
import { mayLackImages, openFiles, prepareOpening, type FileEntry, type LinkedFiles, type ModelFolder, type OpenedFiles, type OpenProgress, type OtherFile } from '#src/files/index.ts';
import type { MemoryNeed, Viewer } from '#src/viewer/index.ts';
import type { AnalysisRunner } from './analysis-runner.ts';
import { applyPicksFile, seriesNamedBy } from './apply-picks-file.ts';
import { forgetStudyMessages, tell } from './messages.ts';
import { doneResults, unsavedPicks } from './selectors.ts';
import { reduceTo, sizeQuestion, type SizeChoice } from './size-question.ts';
import type { Opening, SessionStore } from './state.ts';
import type { TakenFile } from './take-calibration-file.ts';

/** Reasons against the series of an opening that are told beside an open study. */
const TOLD_REFUSALS = 3;

/** Where files come from when they must be fetched first. */
export type FetchFiles = (task: Task) => Promise<LinkedFiles>;
type Task = { readonly signal: AbortSignal; readonly onProgress: (progress: OpenProgress) => void };
type GiveModels = (folders: readonly ModelFolder[]) => void;

export type StudyOpening = {
  /**
   * Reads what was dropped, lists its series and opens the one that most likely shows the spine. What is dropped while a study is being opened ends
   * that only when it holds images, which of an archive or the image of a disc is known once it was read.
   */
  readonly openEntries: (entries: () => Promise<readonly FileEntry[]>) => Promise<void>;
  /** The same with files that must be fetched first; what could not be fetched is said. */
  readonly openFetched: (fetchFiles: FetchFiles) => Promise<void>;
  readonly openSeries: (seriesId: string) => Promise<void>;
  readonly cancel: () => void;
  /** The reader's answer to the question whether unsaved picks may go. */
  readonly answerReplace: (mayReplace: boolean) => void;
  readonly answerSize: (choice: SizeChoice | null) => void;
  readonly volume: () => VolumeSource | null;
};

/** What is no part of a study. */
export type TakesForApp = { readonly takeModels: (folders: readonly ModelFolder[]) => Promise<void>; readonly takeCalibration: (file: OtherFile) => TakenFile };

/**
 * From files to an open series. One opening at a time: a new one ends the one before. Whatever fails is said in one sentence,
 * and what was open stays open when nothing of the new files can be.
 */
export function createStudyOpening(store: SessionStore, viewer: Viewer, runner: () => AnalysisRunner, { takeModels, takeCalibration }: TakesForApp): StudyOpening {
  let current: AbortController | null = null;
  let opened: OpenedFiles | null = null;
  let volume: VolumeSource | null = null;
  let answer: ((isAllowed: boolean) => void) | null = null;
  // Series that were opened in part for want of memory, as they came.
  const wholes = new Map<string, Series>();
  let answerOfSize: ((choice: SizeChoice | null) => void) | null = null;
  const beside = new SerialQueue();

  function begin(stage: Opening['stage']): AbortController {
    current?.abort(new DOMException('Another study is being opened.', 'AbortError'));
    answerReplace(false);
    answerSize(null);
    current = new AbortController();
    store.setState({ opening: { stage, done: 0, total: null } });
    return current;
  }

  function end(controller: AbortController): void {
    if (current !== controller) return;
    current = null;
    viewer.endPreview();
    store.setState({ opening: null });
    prepareOpening();
  }

  function openEntries(entries: () => Promise<readonly FileEntry[]>): Promise<void> {
    // At once: a browser forgets what was dropped when the event is over.
    const given = entries();
    const read = (task: Task) => fetchAndRead(async () => ({ entries: await given, problems: [] }), task);
    const running = current;
    return running === null ? open(read, giveOwnModels) : openBeside(given, read, running);
  }

  /** What may hold no images is read first and ends the opening under way only if it does hold some. Results wait for its end. */
  async function openBeside(given: Promise<readonly FileEntry[]>, read: (task: Task) => Promise<OpenedFiles | null>, running: AbortController): Promise<void> {
    const entries = await given.catch(() => []);
    if (entries.length === 0 || !mayLackImages(entries)) return open(read, giveOwnModels);
    const files = await beside.add(() => openFiles(entries)).catch((error: unknown) => tell(store, 'problem', describeFailure(error)));
    if (!files) return undefined;
    if (isForAppOnly(files)) return takeForApp(files, giveOwnModels);
    // Cancelled, or another study was dropped after it.
    if (files.series.length > 0 && running.signal.aborted) return undefined;
    if (files.series.length === 0) await untilIdle();
    // What stands there is a slice of the other study.
    viewer.endPreview();
    return open(() => Promise.resolve(files), giveOwnModels);
  }

  async function untilIdle(): Promise<void> {
    while (store.getState().opening !== null) {
      await new Promise<void>((resolve) => {
        const stop = store.subscribe(() => {
          stop();
          resolve();
        });
      });
    }
  }

  function giveOwnModels(folders: readonly ModelFolder[]): void {
    void takeModels(folders);
  }

  /** A network is taken from the user's own files only, never from behind a link or a server. */
  function leaveModels(folders: readonly ModelFolder[]): void {
    tell(store, 'note', `${folders.map(({ name }) => quotable(name)).join(', ')}: A network is taken only from files of your own and was left aside; download it and drop it here.`);
  }

  async function open(read: (task: Task) => Promise<OpenedFiles | null>, giveModels: GiveModels): Promise<void> {
    const controller = begin('files');
    try {
      const files = await read({
        signal: controller.signal,
        onProgress: (progress) => { if (!controller.signal.aborted) store.setState({ opening: describe(progress) }); },
      });
      controller.signal.throwIfAborted();
      if (files !== null) await take(files, controller, giveModels);
    } catch (error) {
      if (!controller.signal.aborted) tell(store, 'problem', describeFailure(error));
    } finally {
      end(controller);
    }
  }

  /** Null where nothing came of it, which has been said. */
  async function fetchAndRead(fetchFiles: FetchFiles, task: Task): Promise<OpenedFiles | null> {
    const { entries, problems } = await fetchFiles(task);
    task.signal.throwIfAborted();
    if (entries.length === 0 && problems.length > 0) {
      for (const { sentence } of problems) tell(store, 'problem', sentence);
      return null;
    }
    if (store.getState().openSeriesId === null) void viewer.showPreview(entries.flatMap(({ name, blob }) => (blob === null ? [] : [{ name, blob }])));
    const files = await openFiles(entries, task);
    return { ...files, problems: [...problems, ...files.problems] };
  }

  function takeForApp({ models, others, problems }: OpenedFiles, giveModels: GiveModels): void {
    for (const { sentence } of problems) tell(store, 'note', sentence, 'app');
    applyAll(others);
    if (models.length > 0) giveModels(models);
  }

  async function take(files: OpenedFiles, controller: AbortController, giveModels: GiveModels): Promise<void> {
    if (isForAppOnly(files)) {
      takeForApp(files, giveModels);
      return;
    }
    forgetStudyMessages(store);
    // Not waited for: a check takes seconds, and the study is opened meanwhile.
    if (files.models.length > 0) giveModels(files.models);
    for (const { sentence } of files.problems) tell(store, files.series.some(isOpenable) ? 'note' : 'problem', sentence);
    if (files.series.length > 0) {
      const first = files.others.map((file) => seriesNamedBy(file, files.series)).find((one) => one !== undefined) ?? files.series.find(isOpenable);
      if (!first) listRefused(files);
      else if (await mayReplace()) await replaceStudy(files, first, controller);
      else return;
    }
    if (!controller.signal.aborted) applyAll(files.others);
  }

  /** True at once where nothing would be lost: no picks, or picks that were saved as they stand. */
  function mayReplace(): Promise<boolean> {
    const levels = [...new Set(unsavedPicks(store.getState()).flatMap(({ picks }) => picks.map(({ level }) => level)))];
    if (levels.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      answer = resolve;
      store.setState({ replaceQuestion: { levels } });
    });
  }

  function answerReplace(isAllowed: boolean): void {
    store.setState({ replaceQuestion: null });
    answer?.(isAllowed);
    answer = null;
  }

  function answerSize(choice: SizeChoice | null): void {
    store.setState({ sizeQuestion: null });
    answerOfSize?.(choice);
    answerOfSize = null;
  }

  /** The series, or the part of it that the reader chose where it does not fit into memory; null: nothing is to be opened. */
  async function fitToMemory(series: Series, need: MemoryNeed | null): Promise<Series | null> {
    if (need === null) return series;
    const question = sizeQuestion(series, need);
    if (question === null) {
      refuse(series, `This series needs ${need.neededMegabytes} MB of memory, and this browser tab may use ${Math.floor(need.maxMegabytes)} MB; close other programs or use a machine with more memory.`);
      return null;
    }
    const choice = await new Promise<SizeChoice | null>((resolve) => {
      answerOfSize = resolve;
      store.setState({ sizeQuestion: question });
    });
    if (choice === null) return null;
    wholes.set(series.id, series);
    const part = reduceTo(series, choice, need);
    store.setState({ series: store.getState().series.map((one) => (one.id === part.id ? part : one)) });
    return part;
  }

  /** Nothing of these files can be shown: they are listed with the reasons, or told where a study is open and stays. */
  function listRefused({ series, problems }: OpenedFiles): void {
    if (store.getState().openSeriesId === null) {
      store.setState({ series });
      if (problems.length === 0) tell(store, 'problem', series.length === 1 ? 'The series cannot be opened; the reason stands beside it.' : `None of the ${series.length} series can be opened; the reasons stand beside them.`);
      return;
    }
    const sentences = [...new Set(series.flatMap((one) => one.problems.filter(({ effect }) => effect === 'refuse').map(({ sentence }) => sentence)))];
    for (const sentence of sentences.slice(0, TOLD_REFUSALS)) tell(store, 'problem', sentence);
    if (sentences.length > TOLD_REFUSALS) tell(store, 'problem', `None of the ${series.length} series opened now can be shown, for ${sentences.length - TOLD_REFUSALS} more reasons; the open study stays.`);
  }

  async function replaceStudy(files: OpenedFiles, first: Series, controller: AbortController): Promise<void> {
    opened = files;
    wholes.clear();
    runner().clear();
    viewer.closeSeries();
    volume = null;
    store.setState({ series: files.series, thumbnails: {}, openSeriesId: null, picks: emptyPickHistory(), hiddenPicks: {}, savedPicks: [], declinedSessions: [], statedFacts: {}, chosenCalibrations: {}, chosenModelKey: null, selectedLevel: null });
    await show(first, controller);
    if (!controller.signal.aborted) void makeThumbnails(files);
  }

  async function openSeries(seriesId: string): Promise<void> {
    const { series, openSeriesId } = store.getState();
    const next = series.find((one) => one.id === seriesId);
    if (!next || next.grid === null || seriesId === openSeriesId) return;
    const controller = begin('slices');
    keepPicks();
    try {
      await show(next, controller);
    } finally {
      end(controller);
    }
  }

  function keepPicks(): void {
    const state = store.getState();
    const { openSeriesId, picks, selectedLevel, hiddenPicks } = state;
    if (openSeriesId !== null) store.setState({ hiddenPicks: { ...hiddenPicks, [openSeriesId]: { picks, selectedLevel, results: doneResults(state) } } });
  }

  async function show(listed: Series, controller: AbortController): Promise<void> {
    if (!opened) return;
    runner().clear();
    volume = null;
    viewer.closeSeries();
    const whole = wholes.get(listed.id) ?? listed;
    store.setState({ openSeriesId: null, picks: emptyPickHistory(), selectedLevel: null, opening: { stage: 'slices', done: 0, total: whole.slices.length } });
    const series = await fitToMemory(whole, viewer.memoryNeed(whole));
    if (series === null || controller.signal.aborted) return;
    const result = await viewer.openSeries(series, opened.blobOf, {
      signal: controller.signal,
      onProgress: ({ done, total }) => { if (!controller.signal.aborted) store.setState({ opening: { stage: 'slices', done, total } }); },
    });
    if (controller.signal.aborted) return;
    if (!result.ok && result.error.code === 'volume-too-large' && series.reduction === undefined) {
      // Less memory than was counted on, which the viewer now knows: it is asked for again.
      await show(series, controller);
      return;
    }
    if (!result.ok) {
      const parts = result.error.unreadable === undefined ? null : withoutUnreadable(series, result.error.unreadable);
      if (parts === null) refuse(series, result.error.sentence);
      else await show(parts, controller);
      return;
    }
    volume = result.value;
    lookAtSpine(volume);
    const { [series.id]: own, ...hiddenPicks } = store.getState().hiddenPicks;
    store.setState({ openSeriesId: series.id, hiddenPicks, picks: own?.picks ?? emptyPickHistory(), selectedLevel: own?.selectedLevel ?? null });
    if (store.getState().picks.present.armed === null && store.getState().picks.present.picks.length === 0) armFirst();
  }

  /** Lists the series in the parts that are left without these slices, and answers the one to open; null where none can be. */
  function withoutUnreadable(series: Series, unreadable: readonly UnreadableSlice[]): Series | null {
    const { reduction } = series;
    const left = leaveOutSlices(store.getState().series, series, unreadable).map((one) => (reduction !== undefined && one.groupId === series.groupId ? { ...one, reduction } : one));
    const parts = left.filter(({ groupId }) => groupId === series.groupId);
    const wanted = new Set(series.slices);
    const best = parts.filter((one) => isOpenable(one) && one.slices.some((slice) => wanted.has(slice))).toSorted((a, b) => b.spineScore - a.spineScore)[0];
    if (best === undefined) return null;
    wholes.delete(best.id);
    const { thumbnails } = store.getState();
    const same = thumbnails[series.id];
    store.setState({ series: left, thumbnails: same === undefined ? thumbnails : { ...thumbnails, ...Object.fromEntries(parts.map(({ id }) => [id, same])) } });
    for (const sentence of new Set(best.problems.filter(({ code }) => code === 'slice-unreadable').map((one) => one.sentence))) tell(store, 'problem', sentence);
    return best;
  }

  function lookAtSpine(source: VolumeSource): void {
    const view = findSpineView(source);
    if (!view) return;
    viewer.setHome(view);
    viewer.setFocus(view.spine);
  }

  /** A fresh study starts armed at L1, the level of the published thresholds. */
  function armFirst(): void {
    store.setState({ picks: { past: [], present: { picks: [], armed: 'L1' }, future: [] } });
  }

  /** The reason stands in the list beside the series and in the messages; other series stay openable. */
  function refuse(series: Series, sentence: string): void {
    tell(store, 'problem', sentence);
    store.setState({
      series: store.getState().series.map((one) =>
        one.id === series.id ? { ...one, grid: null, problems: [...one.problems, { code: 'not-loaded', effect: 'refuse' as const, sentence }] } : one),
    });
  }

  async function makeThumbnails(files: OpenedFiles): Promise<void> {
    // As listed now: a series can have fallen into parts while it was opened.
    for (const series of store.getState().series) {
      if (opened !== files) return;
      const url = await viewer.thumbnail(series, files.blobOf);
      if (url !== null && opened === files) store.setState({ thumbnails: { ...store.getState().thumbnails, [series.id]: url } });
    }
  }

  function applyAll(others: readonly OtherFile[]): void {
    for (const file of others) {
      if (file.kind !== 'calibration') {
        applyPicksFile(store, file);
        continue;
      }
      const { sentence, isProblem } = takeCalibration(file);
      tell(store, isProblem ? 'problem' : 'note', sentence, 'app');
    }
  }

  prepareOpening();
  return {
    openEntries,
    openFetched: (fetchFiles) => open((task) => fetchAndRead(fetchFiles, task), leaveModels),
    openSeries,
    answerReplace,
    answerSize,
    cancel() {
      answerSize(null);
      current?.abort(new DOMException('Cancelled by the user.', 'AbortError'));
      current = null;
      viewer.endPreview();
      store.setState({ opening: null });
    },
    volume: () => volume,
  };
}

function isOpenable(series: Series): boolean {
  return series.grid !== null && series.problems.every(({ effect }) => effect !== 'refuse');
}

const STAGES = { fetching: 'links', unpacking: 'archive', reading: 'headers' } as const;

function describe(progress: OpenProgress): Opening {
  const opening = { stage: STAGES[progress.kind], done: progress.done, total: progress.total };
  return progress.kind === 'fetching' ? { ...opening, bytes: { done: progress.bytes, total: progress.totalBytes } } : opening;
}

function isForAppOnly({ models, series, others }: OpenedFiles): boolean {
  return models.length + others.length > 0 && series.length === 0 && others.every(({ kind }) => kind === 'calibration');
}

function describeFailure(error: unknown): string {
  if (error instanceof WorkerDied) return 'The files could not be read: the browser stopped the reading twice, often for want of memory; close other tabs and programs and open them again.';
  return `The files could not be read because of a fault in OsteoLens (${error instanceof Error ? error.message : String(error)}).`;
}
