import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import type { FoundSeries } from '#src/session/index.ts';

type SeriesChoiceProps = {
  readonly series: readonly FoundSeries[];
  /** Null where no series is CT. */
  readonly chosen: FoundSeries | null;
  readonly onChoose: (seriesInstanceUid: string) => void;
};

/** The CT series of a study; what is not CT is named below and cannot be chosen. */
export function SeriesChoice({ series, chosen, onChoose }: SeriesChoiceProps) {
  const ct = series.filter(({ modality }) => modality === 'CT');
  const others = series.filter(({ modality }) => modality !== 'CT');
  const choose = (keys: 'all' | Set<unknown>) => {
    const one = keys === 'all' ? undefined : ct.find(({ seriesInstanceUid }) => keys.has(seriesInstanceUid));
    if (one) onChoose(one.seriesInstanceUid);
  };
  return (
    <>
      {ct.length === 0 ? <p>This study has no CT series.</p> : (
        <div className="server-table">
          <Table aria-label="CT series" selectionMode="single" disallowEmptySelection selectedKeys={chosen ? [chosen.seriesInstanceUid] : []} onSelectionChange={choose}>
            <TableHeader>
              <Column>No.</Column>
              <Column isRowHeader>CT series</Column>
              <Column className="cell-number">Images</Column>
            </TableHeader>
            <TableBody>
              {ct.map(({ seriesInstanceUid, number, description, imageCount }) => (
                <Row key={seriesInstanceUid} id={seriesInstanceUid}>
                  <Cell>{number ?? ''}</Cell>
                  <Cell>{description || 'no description'}</Cell>
                  <Cell className="cell-number">{imageCount ?? ''}</Cell>
                </Row>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
      {others.length === 0 ? null : <p className="server-others">{`Not CT, so not opened here: ${others.map(({ modality, description }) => [modality, description].filter(Boolean).join(' ')).join(', ')}.`}</p>}
    </>
  );
}

/** The CT series with this UID, else the largest one. */
export function chosenSeries(series: readonly FoundSeries[], seriesInstanceUid: string | null): FoundSeries | null {
  const ct = series.filter(({ modality }) => modality === 'CT').toSorted((a, b) => (b.imageCount ?? 0) - (a.imageCount ?? 0));
  return ct.find((one) => one.seriesInstanceUid === seriesInstanceUid) ?? ct[0] ?? null;
}
