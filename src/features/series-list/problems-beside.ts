import type { Series, SeriesProblem } from '#src/core/dicom/series.ts';

/**
 * What stands beside each series of the list, by its id. A series that cannot be opened says only why. A note that several share stands
 * once, beside the first of them, and beside the open one in any case.
 */
export function problemsBeside(series: readonly Series[], openId: string | null): ReadonlyMap<string, readonly SeriesProblem[]> {
  const said = new Set<string>();
  return new Map(
    series.map(({ id, grid, problems }) => {
      const beside = problems.filter(({ effect, sentence }) => effect === 'refuse' || (grid !== null && (id === openId || !said.has(sentence))));
      for (const { sentence } of beside) said.add(sentence);
      return [id, beside];
    }),
  );
}
