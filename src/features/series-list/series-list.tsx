import { seriesTitle } from '#src/core/dicom/series-title.ts';
import type { Series, SeriesPart } from '#src/core/dicom/series.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { problemsBeside } from './problems-beside.ts';
import './series-list.css';

/** What was found in the opened files: series with thumbnails, and what was refused, and why. */
export function SeriesList() {
  const session = useSession();
  const series = useSessionState((state) => state.series);
  const openId = useSessionState((state) => state.openSeriesId);
  const thumbnails = useSessionState((state) => state.thumbnails);
  const problems = problemsBeside(series, openId);
  return (
    // The list scrolls, and may hold nothing else that takes the keyboard: every series of it can be refused.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section aria-label="Series" className="series-list" tabIndex={0}>
      <h2>Series</h2>
      {series.length === 0 ? <p className="soft">Nothing is open.</p> : null}
      <ul>
        {series.map((one) => (
          <li key={one.id}>
            <Button
              look="quiet"
              className="series-item"
              aria-current={one.id === openId}
              isDisabled={one.grid === null}
              data-testid="series-item"
              onPress={() => void session.openSeries(one.id)}
            >
              <Thumbnail url={thumbnails[one.id]} />
              <span className="series-words">
                <span className="series-title">{seriesTitle(one)}</span>
                {one.part === null ? null : <span className="series-part" data-testid="series-part">{partWords(one.part)}</span>}
                <span className="series-facts">{factsOf(one)}</span>
              </span>
            </Button>
            {problems.get(one.id)?.map((problem) => (
              <p key={problem.sentence} className={problem.effect === 'refuse' ? 'series-refusal' : 'series-note'}>{problem.sentence}</p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Thumbnail({ url }: { readonly url: string | undefined }) {
  return url ? <img src={url} alt="" width={56} height={56} /> : <span className="thumbnail-empty" aria-hidden="true" />;
}

function partWords({ number, count, firstSlice, lastSlice, totalSlices }: SeriesPart): string {
  const which = count === 1 ? '' : `Part ${number} of ${count}: `;
  return `${which}slices ${firstSlice} to ${lastSlice} of ${totalSlices}`;
}

function factsOf({ modality, slices, grid }: Series): string {
  const count = `${modality}, ${slices.length} ${slices.length === 1 ? 'slice' : 'slices'}`;
  if (!grid) return count;
  const [i, j, k] = grid.spacingMm.map((mm) => mm.toFixed(2));
  return `${count}, ${i} × ${j} × ${k} mm`;
}
