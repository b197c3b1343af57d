import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import type { FoundStudy, StudyPage, StudyQuery } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';

type StudyTableProps = {
  readonly page: StudyPage;
  readonly query: StudyQuery;
  readonly chosen: FoundStudy | null;
  readonly onChoose: (study: FoundStudy) => void;
  /** @param offset studies before the page that is asked for */
  readonly onPage: (offset: number) => void;
};

/** The studies that were found; Enter, Space or a press chooses one and lists its series. */
export function StudyTable({ page, query, chosen, onChoose, onPage }: StudyTableProps) {
  const { studies, hasMore, pageLength } = page;
  const choose = (keys: 'all' | Set<unknown>) => {
    const study = keys === 'all' ? undefined : studies.find(({ studyInstanceUid }) => keys.has(studyInstanceUid));
    if (study) onChoose(study);
  };
  return (
    <>
      <div className="server-table">
        <Table aria-label="Studies" selectionMode="single" disallowEmptySelection selectedKeys={chosen ? [chosen.studyInstanceUid] : []} onSelectionChange={choose}>
          <TableHeader>
            <Column isRowHeader>Patient</Column>
            <Column>ID</Column>
            <Column>Date</Column>
            <Column>Study</Column>
            <Column>Kinds</Column>
            <Column>Images</Column>
          </TableHeader>
          <TableBody>
            {studies.map((study) => (
              <Row key={study.studyInstanceUid} id={study.studyInstanceUid}>
                <Cell>{study.patientName || 'no name'}</Cell>
                <Cell>{study.patientId}</Cell>
                <Cell>{study.date}</Cell>
                <Cell>{study.description}</Cell>
                <Cell>{study.modalities.join(', ')}</Cell>
                <Cell>{study.imageCount ?? ''}</Cell>
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
      {query.offset === 0 && !hasMore ? null : (
        <div className="dialog-buttons">
          <Button isDisabled={query.offset === 0} onPress={() => onPage(Math.max(0, query.offset - pageLength))}>Page before</Button>
          <Button isDisabled={!hasMore} onPress={() => onPage(query.offset + pageLength)}>Next page</Button>
        </div>
      )}
    </>
  );
}
