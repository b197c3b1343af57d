import { useState } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import type { FoundSeries } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';

type SeriesChoiceProps = {
  readonly series: readonly FoundSeries[];
  readonly onOpen: (seriesInstanceUid: string) => void;
};

/** The CT series of a study, the largest one chosen; what is not CT is named below and cannot be opened. */
export function SeriesChoice({ series, onOpen }: SeriesChoiceProps) {
  const ct = series.filter(({ modality }) => modality === 'CT');
  const others = series.filter(({ modality }) => modality !== 'CT');
  const largest = ct.reduce<FoundSeries | undefined>((best, one) => ((one.imageCount ?? 0) > (best?.imageCount ?? -1) ? one : best), undefined);
  const [chosen, setChosen] = useState(largest?.seriesInstanceUid ?? '');
  const choose = (keys: 'all' | Set<unknown>) => {
    const one = keys === 'all' ? undefined : ct.find(({ seriesInstanceUid }) => keys.has(seriesInstanceUid));
    if (one) setChosen(one.seriesInstanceUid);
  };
  return (
    <>
      {ct.length === 0 ? <p>This study has no CT series.</p> : (
        <div className="server-table">
          <Table aria-label="CT series" selectionMode="single" disallowEmptySelection selectedKeys={[chosen]} onSelectionChange={choose}>
            <TableHeader>
              <Column>No.</Column>
              <Column isRowHeader>CT series</Column>
              <Column>Images</Column>
            </TableHeader>
            <TableBody>
              {ct.map(({ seriesInstanceUid, number, description, imageCount }) => (
                <Row key={seriesInstanceUid} id={seriesInstanceUid}>
                  <Cell>{number ?? ''}</Cell>
                  <Cell>{description || 'no description'}</Cell>
                  <Cell>{imageCount ?? ''}</Cell>
                </Row>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
      {others.length === 0 ? null : <p className="server-others">{`Not CT, so not opened here: ${others.map(({ modality, description }) => [modality, description].filter(Boolean).join(' ')).join(', ')}.`}</p>}
      {ct.length === 0 ? null : (
        <div className="dialog-buttons">
          <Button look="primary" onPress={() => onOpen(chosen)}>Open series</Button>
        </div>
      )}
    </>
  );
}
