import { quotable } from '#src/lib/foreign-text.ts';
import { checkSeries } from './check-series.ts';
import type { Series, SeriesProblem, SliceHeader } from './series.ts';

/** A slice whose header is good and whose picture cannot be decoded; `reason` is the end of a sentence. */
export type UnreadableSlice = { readonly slice: SliceHeader; readonly reason: string };

const NAMED_FILES = 3;

/**
 * The series list with one series checked again without slices that cannot be decoded: they count as missing, so the series falls
 * into parts or ends earlier. Its other parts are numbered anew and keep their ids.
 */
export function leaveOutSlices(all: readonly Series[], series: Series, unreadable: readonly UnreadableSlice[]): readonly Series[] {
  const siblings = all.filter(({ groupId }) => groupId === series.groupId);
  const gone = new Set(unreadable.map(({ slice }) => slice));
  const slices = siblings.flatMap((one) => one.slices).filter((slice) => !gone.has(slice));
  if (slices.length === 0) return all;
  const told = siblings.flatMap(({ problems }) => problems.filter(({ code }) => code === 'slice-unreadable'));
  const isPart = siblings.some(({ problems }) => problems.some(({ code }) => code === 'series-split'));
  const notes = [...new Map([...told, describe(unreadable)].map((note) => [note.sentence, note])).values()];
  const checked = checkSeries({ slices, isPart, label: series.label }, series.groupId);
  const parts = checked.map((one) => ({ ...one, problems: [...notes, ...one.problems] }));
  const at = all.findIndex(({ groupId }) => groupId === series.groupId);
  return all.flatMap((one, n) => (n === at ? parts : siblings.includes(one) ? [] : [one]));
}

function describe(unreadable: readonly UnreadableSlice[]): SeriesProblem {
  const [first] = unreadable;
  const names = unreadable.slice(0, NAMED_FILES).map(({ slice }) => quotable(slice.fileName)).join(', ');
  const more = unreadable.length > NAMED_FILES ? ` and ${unreadable.length - NAMED_FILES} more` : '';
  const [verb, it] = unreadable.length === 1 ? ['counts as a missing slice', 'it'] : ['count as missing slices', 'them'];
  return { code: 'slice-unreadable', effect: 'note', sentence: `${names}${more} cannot be read (${first?.reason ?? ''}) and ${verb}; get ${it} again for the whole series.` };
}
