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
            <Column>Patient ID</Column>
            <Column>Date</Column>
            <Column>Study</Column>
            <Column>Modalities</Column>
            <Column className="cell-number">Images</Column>
          </TableHeader>
          <TableBody>
            {studies.map((study) => (
              <Row key={study.studyInstanceUid} id={study.studyInstanceUid}>
                <Cell>{nameInWords(study.patientName) || 'no name'}</Cell>
                <Cell>{study.patientId}</Cell>
                <Cell className="cell-short">{study.date}</Cell>
                <Cell>{study.description || 'no description'}</Cell>
                <Cell className="cell-short">{study.modalities.join(', ')}</Cell>
                <Cell className="cell-number">{study.imageCount ?? ''}</Cell>
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
      {query.offset === 0 && !hasMore ? null : (
        <div className="server-pages">
          <Button isDisabled={query.offset === 0} onPress={() => onPage(Math.max(0, query.offset - pageLength))}>Previous page</Button>
          <Button isDisabled={!hasMore} onPress={() => onPage(query.offset + pageLength)}>Next page</Button>
          <span>{`Studies ${query.offset + 1} to ${query.offset + studies.length}`}</span>
        </div>
      )}
    </>
  );
}

/** A person name of DICOM (PS3.5, 6.2.1: family, given, middle, prefix, suffix, with carets between) as one reads it. */
function nameInWords(name: string): string {
  const [family = '', ...others] = name.split('^').map((part) => part.trim());
  return [family, others.filter(Boolean).join(' ')].filter(Boolean).join(', ');
}
