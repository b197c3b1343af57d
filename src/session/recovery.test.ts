import { describe, expect, it } from 'vitest';
import type { Series } from '#src/core/dicom/series.ts';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { PATIENT_AXES } from '#src/core/geometry/elliptical-cylinder.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { confirmPick, emptyPickHistory, placePicks, placeProposals, undoPick } from '#src/core/levels/picks.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { NOTHING_STATED } from '#src/core/measure/stated-facts.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { fakePrivateFolder } from '#src/testing/fake-private-folder.ts';
import { createRecovery, RECOVERY_KEPT_MS } from './recovery.ts';
import { pickSets } from './selectors.ts';
import { createSessionStore } from './state.ts';

const NOW = 1_795_000_000_000;
const UID = '1.2.840.99.4711.20261123';

function seriesOf(overrides: Partial<Series> = {}): Series {
  return {
    id: 's1', groupId: 's1', label: null, part: null, seriesInstanceUid: UID, studyInstanceUid: '1.2.840.99.1', modality: 'CT', description: 'Spine', slices: [],
    grid: { sizeVox: [101, 121, 241], spacingMm: [0.7, 0.9, 2.5], indexToWorld: makeAffine(worldPoint(-31, 12.5, -640), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.7, 0.9, 2.5]) },
    acquisition: { kvp: null, sliceThicknessMm: 2.5, kernel: null, contrast: null }, isSynthetic: false, problems: [], spineScore: 1, ...overrides,
  };
}

function volumeOf(middleHu: number): VolumeSource {
  const indexToWorld = makeAffine(worldPoint(-31, 12.5, -640), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.7, 0.9, 2.5]);
  return { id: 'v', sizeVox: [4, 5, 7], indexToWorld, readBlock: ({ min }) => ({ sizeVox: [4, 5, 1], indexToWorld, valuesHu: new Int16Array(20).map((_, n) => n + (min[2] === 3 ? middleHu : 0)) }) };
}

const PICKS: readonly LevelPick[] = [
  { level: 'L1', centreLps: worldPoint(1.25, 40.5, -600.75), state: 'confirmed' },
  { level: 'L2', centreLps: worldPoint(2.5, 41.5, -565.125), state: 'edited', roi: { centreLps: worldPoint(2.5, 38, -565), ...PATIENT_AXES, halfWidthMm: 8, halfDepthMm: 6, heightMm: 7 } },
  { level: 'L3', centreLps: worldPoint(3.5, 42.5, -530.5), state: 'rejected' },
];

const CALIBRATION: ScannerCalibration = {
  id: 'CT 1|120', name: 'CT 1', scannerModel: null, kvp: 120, slopeMgCm3PerHu: 0.8, interceptMgCm3: 2, phantom: 'QA', material: 'hydroxyapatite', measuredOn: '2026-02-03',
};

/** One page: a store with its recovery. Locks are shared by the pages of a browser; a page that is gone holds none. */
function startPage(folder: ReturnType<typeof fakePrivateFolder>['folder'], { held = new Set<string>(), now = NOW, volume = null as VolumeSource | null, hasLocks = true } = {}) {
  const store = createSessionStore({ state: 'empty' });
  const mine: string[] = [];
  const locks = {
    request: (name: string) => {
      held.add(name);
      mine.push(name);
      return new Promise<never>(() => undefined);
    },
    query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
  } as unknown as LockManager;
  const recovery = createRecovery({ store, folder, openVolume: () => volume, appVersion: '0.1.0', locks: hasLocks ? locks : undefined, now: () => now });
  const open = (series: Series) => store.setState({ series: [series], openSeriesId: series.id, picks: emptyPickHistory() });
  const crash = () => mine.forEach((name) => held.delete(name));
  return { store, recovery, open, crash };
}

async function leaveBehind(folder: ReturnType<typeof fakePrivateFolder>['folder'], series = seriesOf(), volume: VolumeSource | null = null): Promise<void> {
  const page = startPage(folder, { volume });
  page.open(series);
  page.store.setState({ statedFacts: { [series.id]: { ...NOTHING_STATED, kvp: 100, ageYears: 71 } }, picks: placePicks(emptyPickHistory(), PICKS) });
  await page.recovery.whenIdle();
}

describe('recovery', () => {
  it('gives back picks, states, regions and stated facts on the next page, once the same series is open and it is asked for', async () => {
    const { folder, files } = fakePrivateFolder();
    await leaveBehind(folder);
    const page = startPage(folder);
    await page.recovery.whenIdle();
    expect(page.store.getState().recovery).toMatchObject({ waiting: [{ picks: 2, savedAtMs: NOW }], found: null });
    page.open(seriesOf({ id: 'another-id' }));
    await page.recovery.whenIdle();
    expect(page.store.getState().recovery.found).toMatchObject({ picks: 2 });
    expect(page.store.getState().picks.present.picks).toEqual([]);
    expect(page.recovery.place()).toBe(true);
    expect(page.store.getState().picks.present.picks).toEqual(PICKS);
    expect(page.store.getState().statedFacts).toEqual({ 'another-id': { ...NOTHING_STATED, kvp: 100, ageYears: 71 } });
    await page.recovery.whenIdle();
    expect(files.size).toBe(1);
    expect(page.store.getState().recovery).toEqual({ waiting: [], found: null });
    expect(page.recovery.place()).toBe(false);
  });

  it.each([true, false])('uses the calibration of the picks again where it is still saved, and says where it is not (saved: %s)', async (isSaved) => {
    const { folder } = fakePrivateFolder();
    const left = startPage(folder);
    left.open(seriesOf());
    left.store.setState({ chosenCalibrations: { s1: 'CT 1|120' }, picks: placePicks(emptyPickHistory(), PICKS) });
    await left.recovery.whenIdle();
    const page = startPage(folder);
    page.store.setState({ calibrations: isSaved ? [CALIBRATION] : [] });
    await page.recovery.whenIdle();
    page.open(seriesOf());
    await page.recovery.whenIdle();
    expect(page.recovery.place()).toBe(true);
    const { chosenCalibrations, messages } = page.store.getState();
    expect(chosenCalibrations).toEqual(isSaved ? { s1: CALIBRATION.id } : {});
    expect(messages.some(({ sentence }) => sentence.includes('no longer saved in this browser'))).toBe(!isSaved);
  });

  it('has on disk neither a UID nor a coordinate nor a name of a level in plain text', async () => {
    const { folder, files } = fakePrivateFolder();
    await leaveBehind(folder);
    const [text] = await Promise.all([...files.values()].map((file) => file.text()));
    const sealed = Buffer.from((JSON.parse(text ?? '') as { readonly data: string }).data, 'base64').toString('latin1');
    for (const secret of [UID, '1.2.840.99.1', '"L1"', '600.75', '565.125', 'confirmed', 'osteolens-results', '"kvp"']) {
      expect(text).not.toContain(secret);
      expect(sealed).not.toContain(secret);
    }
    expect(JSON.parse(text ?? '')).toMatchObject({ picks: 2, savedAtMs: NOW });
    expect(Object.keys(JSON.parse(text ?? '') as object).toSorted()).toEqual(['data', 'iv', 'picks', 'salt', 'savedAtMs', 'version']);
  });

  it('does not open for another series, nor one of the same UIDs in another study', async () => {
    const { folder } = fakePrivateFolder();
    await leaveBehind(folder);
    const page = startPage(folder);
    await page.recovery.whenIdle();
    page.open(seriesOf({ seriesInstanceUid: `${UID}.1` }));
    await page.recovery.whenIdle();
    expect(page.store.getState().recovery).toMatchObject({ waiting: [{ picks: 2 }], found: null });
    page.open(seriesOf({ id: 's2', studyInstanceUid: '1.2.840.99.2' }));
    await page.recovery.whenIdle();
    expect(page.store.getState().recovery.found).toBeNull();
  });

  it('knows a series without UIDs by its voxels', async () => {
    const { folder } = fakePrivateFolder();
    const nameless = seriesOf({ seriesInstanceUid: null, studyInstanceUid: null });
    await leaveBehind(folder, nameless, volumeOf(70));
    const other = startPage(folder, { volume: volumeOf(71) });
    await other.recovery.whenIdle();
    other.open(nameless);
    await other.recovery.whenIdle();
    expect(other.store.getState().recovery.found).toBeNull();
    const same = startPage(folder, { volume: volumeOf(70) });
    await same.recovery.whenIdle();
    same.open(nameless);
    await same.recovery.whenIdle();
    expect(same.store.getState().recovery.found).toMatchObject({ picks: 2 });
  });

  it('leaves nothing when the picks are saved, undone, given up for another study or forgotten', async () => {
    for (const end of ['saved', 'undone', 'given up', 'forgotten'] as const) {
      const { folder, files } = fakePrivateFolder();
      const page = startPage(folder);
      page.open(seriesOf());
      page.store.setState({ picks: placePicks(emptyPickHistory(), PICKS) });
      await page.recovery.whenIdle();
      expect(files.size, end).toBe(1);
      if (end === 'saved') page.store.setState({ savedPicks: pickSets(page.store.getState()) });
      if (end === 'undone') page.store.setState({ picks: undoPick(page.store.getState().picks) });
      if (end === 'given up') page.store.setState({ series: [], openSeriesId: null, picks: emptyPickHistory() });
      if (end === 'forgotten') {
        page.crash();
        const next = startPage(folder);
        await next.recovery.whenIdle();
        await next.recovery.forget();
      }
      await page.recovery.whenIdle();
      expect(files.size, end).toBe(0);
    }
  });

  it('keeps nothing of proposals alone, and of the app only what the reader has spoken of', async () => {
    const { folder, files } = fakePrivateFolder();
    const page = startPage(folder);
    page.open(seriesOf());
    const proposal = { confidence: 0.9, nameConfidence: 0.6 };
    const proposed = placeProposals(emptyPickHistory(), [{ level: 'L1', centreLps: worldPoint(1, 40, -600), state: 'proposed', proposal }, { level: 'L2', centreLps: worldPoint(2, 41, -565), state: 'proposed', proposal }]);
    page.store.setState({ picks: proposed });
    await page.recovery.whenIdle();
    expect(files.size).toBe(0);
    page.store.setState({ picks: confirmPick(proposed, 'L2') });
    await page.recovery.whenIdle();
    const next = startPage(folder);
    await next.recovery.whenIdle();
    next.open(seriesOf());
    await next.recovery.whenIdle();
    expect(next.store.getState().recovery.found).toMatchObject({ picks: 1 });
    next.recovery.place();
    expect(next.store.getState().picks.present.picks.map(({ level, state }) => [level, state])).toEqual([['L2', 'confirmed']]);
  });

  it('keeps the picks of the series that are not shown as well', async () => {
    const { folder } = fakePrivateFolder();
    const page = startPage(folder);
    const [first, second] = [seriesOf(), seriesOf({ id: 's2', seriesInstanceUid: '1.2.9' })];
    page.store.setState({ series: [first, second], openSeriesId: 's1', picks: placePicks(emptyPickHistory(), PICKS) });
    await page.recovery.whenIdle();
    page.store.setState({ openSeriesId: null, hiddenPicks: { s1: { picks: page.store.getState().picks, selectedLevel: null, results: [] } }, picks: emptyPickHistory() });
    page.store.setState({ openSeriesId: 's2', picks: placePicks(emptyPickHistory(), PICKS.slice(0, 1)) });
    await page.recovery.whenIdle();
    const next = startPage(folder);
    await next.recovery.whenIdle();
    expect(next.store.getState().recovery.waiting.map(({ picks }) => picks).toSorted((a, b) => a - b)).toEqual([1, 2]);
    next.open(first);
    await next.recovery.whenIdle();
    expect(next.store.getState().recovery).toMatchObject({ waiting: [{ picks: 1 }], found: { picks: 2 } });
  });

  it('does not offer what a page that is still there has written, and removes what is older than its time or damaged', async () => {
    const { folder, files } = fakePrivateFolder();
    const held = new Set<string>();
    const first = startPage(folder, { held });
    first.open(seriesOf());
    first.store.setState({ picks: placePicks(emptyPickHistory(), PICKS) });
    await first.recovery.whenIdle();
    files.set('damaged', new Blob(['{"version":1']));
    const second = startPage(folder, { held });
    await second.recovery.whenIdle();
    expect(second.store.getState().recovery.waiting).toEqual([]);
    expect(files.size).toBe(1);
    first.crash();
    const late = startPage(folder, { held, now: NOW + RECOVERY_KEPT_MS + 1 });
    await late.recovery.whenIdle();
    expect(late.store.getState().recovery.waiting).toEqual([]);
    expect(files.size).toBe(0);
  });

  it('says once where the browser keeps no files for this page, as on plain http', async () => {
    const { folder, files } = fakePrivateFolder();
    const page = startPage(folder, { hasLocks: false });
    page.open(seriesOf());
    page.store.setState({ picks: placePicks(emptyPickHistory(), PICKS.slice(0, 1)) });
    page.store.setState({ picks: placePicks(page.store.getState().picks, PICKS) });
    await page.recovery.whenIdle();
    expect(page.store.getState().messages.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(/^Picks cannot be recovered if this tab crashes.*without https/)]);
    expect(files.size).toBe(0);
  });

  it('says once where the disk is full, and keeps what was left where its picks could not be written anew', async () => {
    const { folder, files, state } = fakePrivateFolder();
    await leaveBehind(folder);
    state.fault = new DOMException('full', 'QuotaExceededError');
    const page = startPage(folder);
    await page.recovery.whenIdle();
    page.open(seriesOf());
    await page.recovery.whenIdle();
    expect(page.store.getState().recovery.found).not.toBeNull();
    page.recovery.place();
    page.store.setState({ picks: undoPick(page.store.getState().picks) });
    page.store.setState({ picks: placePicks(page.store.getState().picks, PICKS.slice(0, 1)) });
    await page.recovery.whenIdle();
    const said = page.store.getState().messages.map(({ sentence }) => sentence).filter((sentence) => sentence.startsWith('Picks cannot be recovered'));
    expect(said).toEqual([expect.stringContaining('is full')]);
    expect(files.size).toBe(1);
  });
});
