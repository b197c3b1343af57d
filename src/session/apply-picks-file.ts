import type { Series, SeriesGrid } from '#src/core/dicom/series.ts';
import { invertAffine, worldToIndex } from '#src/core/geometry/affine.ts';
import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { emptyPickHistory, placePicks } from '#src/core/levels/picks.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import type { DensityMethod } from '#src/core/measure/density-reading.ts';
import { canStateKvp, effectiveStatement, headerFactsOf, NOTHING_STATED, type StatedFacts } from '#src/core/measure/stated-facts.ts';
import { readPicks, type ModelOfFile } from '#src/core/results/session-file.ts';
import { readVerseCentroids } from '#src/core/results/verse-centroids.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { OtherFile } from '#src/files/index.ts';
import { takeCalibration } from './calibration-of-file.ts';
import { statedWith } from './density-settings.ts';
import { tell } from './messages.ts';
import { tellOtherModels } from './models-of-file.ts';
import type { SessionStore } from './state.ts';

type PicksOfFile = { readonly picks: readonly LevelPick[]; readonly note: string | null; readonly stated?: StatedFacts; readonly models?: readonly ModelOfFile[]; readonly methods?: readonly DensityMethod[] };

/** Places the picks of a results or centroid file on the open series and its other parts; says in one sentence why where it cannot. */
export function applyPicksFile(store: SessionStore, file: OtherFile): void {
  const { series, openSeriesId } = store.getState();
  const open = series.find((one) => one.id === openSeriesId);
  const name = quotable(file.name);
  if (!open) {
    tell(store, 'problem', `${name} holds picks, but no CT series is open: open its study together with it.`);
    return;
  }
  const read = file.kind === 'results' ? picksOfResults(file.text, open) : picksOfCentroids(file.text, open);
  if (!read.ok) {
    tell(store, 'problem', `${name}: ${read.error}`);
    return;
  }
  const stated = takeStatement(store, open, read.value.stated ?? NOTHING_STATED);
  const elsewhere = hidePicksOfParts(store, read.value.picks, open);
  const picks = read.value.picks.filter((pick) => !elsewhere.includes(pick));
  if (picks.length > 0) store.setState({ picks: placePicks(store.getState().picks, picks), selectedLevel: picks[0]?.level ?? null });
  const placed = picks.length > 0 ? `${levelsOf(picks)} placed${read.value.note ?? ''}${stated}` : 'nothing placed here';
  const left = elsewhere.length > 0 ? `; ${levelsOf(elsewhere)} ${elsewhere.length === 1 ? 'lies' : 'lie'} in another part of the series and ${elsewhere.length === 1 ? 'is' : 'are'} analysed when that part is shown` : '';
  tell(store, 'note', `${name}: ${placed}${left}.`);
  takeCalibration(store, name, read.value.methods ?? [], open);
  tellOtherModels(store, name, read.value.models ?? []);
}

/** Takes over what the reader of a file stated, where neither the header nor the reader of now says anything; answers it in words. */
function takeStatement(store: SessionStore, series: Series, stated: StatedFacts): string {
  const { id } = series;
  const { statedFacts } = store.getState();
  const now = statedFacts[id] ?? NOTHING_STATED;
  const taken = effectiveStatement(headerFactsOf(series), {
    kvp: now.kvp === null && canStateKvp(series) ? stated.kvp : null,
    contrast: now.contrast === null ? stated.contrast : null,
    ageYears: now.ageYears === null ? stated.ageYears : null,
    sex: now.sex === null ? stated.sex : null,
  });
  if (taken === null) return '';
  const given = Object.fromEntries(Object.entries(taken).filter(([, fact]) => fact !== null)) as Partial<StatedFacts>;
  store.setState({ statedFacts: statedWith(store.getState(), series, given) });
  const words = [
    ...(taken.kvp === null ? [] : [`${taken.kvp} kVp`]),
    ...(taken.contrast === null ? [] : [taken.contrast ? 'contrast agent' : 'no contrast agent']),
    ...(taken.ageYears === null ? [] : [`${taken.ageYears} years`]),
    ...(taken.sex === null ? [] : [taken.sex === 'F' ? 'female' : 'male']),
  ];
  return `, as its reader stated: ${words.join(', ')}`;
}

/** Keeps the picks that lie in other parts of the open series for those, and answers them; what lies in no part stays for the open one. */
function hidePicksOfParts(store: SessionStore, picks: readonly LevelPick[], open: Series): readonly LevelPick[] {
  const { series } = store.getState();
  const parts = series.filter(({ id, groupId }) => groupId === open.groupId && id !== open.id);
  const away = picks.filter(({ centreLps }) => open.grid !== null && !isInGrid(open.grid, centreLps));
  return parts.flatMap(({ id, grid }) => {
    const inside = away.filter(({ centreLps }) => grid !== null && isInGrid(grid, centreLps));
    if (inside.length === 0) return [];
    const { hiddenPicks } = store.getState();
    const before = hiddenPicks[id];
    const isNew = (level: string): boolean => inside.some((pick) => pick.level === level);
    const results = (before?.results ?? []).filter(({ level }) => !isNew(level));
    const history = placePicks(before?.picks ?? emptyPickHistory(), inside);
    store.setState({ hiddenPicks: { ...hiddenPicks, [id]: { picks: history, selectedLevel: inside[0]?.level ?? null, results } } });
    return inside;
  });
}

function levelsOf(picks: readonly LevelPick[]): string {
  return picks.map(({ level }) => level).join(', ');
}

/** The series that a results file names, if it is in the list; of several parts of it the one that holds the most picks. */
export function seriesNamedBy(file: OtherFile, series: readonly Series[]): Series | undefined {
  if (file.kind !== 'results') return undefined;
  const read = readPicks(file.text);
  if (!read.ok || !read.value.seriesInstanceUid) return undefined;
  const { picks, seriesInstanceUid } = read.value;
  const named = series.filter((one) => one.seriesInstanceUid === seriesInstanceUid && one.grid !== null);
  const held = (one: Series): number => picks.filter(({ centreLps }) => one.grid !== null && isInGrid(one.grid, centreLps)).length;
  return named.toSorted((a, b) => held(b) - held(a))[0];
}

function isInGrid({ indexToWorld, sizeVox }: SeriesGrid, point: WorldPoint): boolean {
  return worldToIndex(invertAffine(indexToWorld), point).every((index, axis) => index >= -0.5 && index <= (sizeVox[axis] ?? 0) - 0.5);
}

function picksOfResults(text: string, open: Series): Result<PicksOfFile, string> {
  const read = readPicks(text);
  if (!read.ok) return fail(read.error.sentence);
  const uid = read.value.seriesInstanceUid;
  // A file without a UID (de-identified studies have none) is placed by its coordinates alone.
  if (uid && open.seriesInstanceUid && uid !== open.seriesInstanceUid) {
    return fail('it belongs to another series, so its picks were not placed; open that series.');
  }
  return ok({ picks: read.value.picks, note: ', and analysed anew', stated: read.value.stated, models: read.value.models, methods: read.value.methods });
}

function picksOfCentroids(text: string, open: Series): Result<PicksOfFile, string> {
  if (!open.grid) return fail('the open series has no regular grid.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('it is not JSON, or it was cut short.');
  }
  const read = readVerseCentroids(json, open.grid);
  if (!read.ok) return fail(read.error.sentence);
  const { picks, extraVertebrae } = read.value;
  return ok({ picks, note: extraVertebrae.length > 0 ? `; the file also names ${extraVertebrae.join(', ')}, so check the count` : null });
}
