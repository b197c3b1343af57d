import { useState } from 'react';
import { Heading } from 'react-aria-components';
import type { OfferedServer } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession } from '../use-session.ts';
import { chosenSeries, SeriesChoice } from './series-choice.tsx';
import { ServerForm, type ServerFormValues } from './server-form.tsx';
import { StudyTable } from './study-table.tsx';
import type { useServerSearch } from './use-server-search.ts';

type ServerDialogProps = {
  readonly form: ServerFormValues;
  readonly onForm: (values: ServerFormValues) => void;
  readonly offered: readonly OfferedServer[];
  readonly searching: ReturnType<typeof useServerSearch>;
  readonly close: () => void;
};

const BUSY = { studies: 'Searching studies…', series: 'Listing series…' } as const;

/** Search, studies, series of the chosen one, open. */
export function ServerDialog({ form, onForm, offered, searching, close }: ServerDialogProps) {
  const session = useSession();
  const { search } = searching;
  const { root, token, ...filter } = form;
  const [seriesUid, setSeriesUid] = useState<string | null>(null);
  const series = chosenSeries(search.series, seriesUid);
  function open() {
    if (!search.study || !series) return;
    void session.openServerSeries(search.access, { studyInstanceUid: search.study.studyInstanceUid, seriesInstanceUid: series.seriesInstanceUid });
    close();
  }
  return (
    <>
      <Heading slot="title">Open from a DICOMweb server</Heading>
      <ServerForm values={form} onChange={onForm} offered={offered} onSearch={() => void searching.searchStudies({ root, token }, { ...filter, offset: 0 })} />
      <p className="server-privacy">Requests go from this browser to that server alone. The token stays in memory until the page is closed.</p>
      <div role="status" className="server-status">
        {search.busy === null ? null : (
          <>
            <span>{BUSY[search.busy]}</span>
            <Button onPress={searching.stop}>Cancel</Button>
          </>
        )}
      </div>
      {search.sentence === null ? null : <p role="alert" className="server-sentence" data-testid="server-sentence">{search.sentence}</p>}
      {search.page === null || search.query === null ? null : (
        <StudyTable
          page={search.page}
          query={search.query}
          chosen={search.study}
          onChoose={(study) => void searching.chooseStudy(study)}
          onPage={(offset) => search.query && void searching.searchStudies(search.access, { ...search.query, offset })}
        />
      )}
      {search.study === null || search.series.length === 0 ? null : <SeriesChoice series={search.series} chosen={series} onChoose={setSeriesUid} />}
      <div className="dialog-buttons server-foot">
        {series === null ? null : <Button look="primary" onPress={open}>Open series</Button>}
        <Button onPress={close}>Close</Button>
      </div>
    </>
  );
}
