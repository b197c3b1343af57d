import type { FoundSeries, FoundStudy, StudyPage, StudyQuery } from '../found.ts';
import { DicomWebError, type Connection } from './connection.ts';
import { countOf, dataSetsOf, textOf, textsOf, type JsonDataSet } from './dicom-json.ts';

const PAGE_LENGTH = 25;

const STUDY_DATE = '00080020';
const MODALITY = '00080060';
const MODALITIES_IN_STUDY = '00080061';
const STUDY_DESCRIPTION = '00081030';
const SERIES_DESCRIPTION = '0008103E';
const PATIENT_NAME = '00100010';
const PATIENT_ID = '00100020';
const STUDY_INSTANCE_UID = '0020000D';
const SERIES_INSTANCE_UID = '0020000E';
const SERIES_NUMBER = '00200011';
const STUDY_INSTANCES = '00201208';
const SERIES_INSTANCES = '00201209';

/** One page of the studies that match, as QIDO-RS (PS3.18 section 10.6) gives them, newest first within the page. */
export async function searchStudies({ host, ask }: Connection, query: StudyQuery): Promise<StudyPage> {
  const answer = await ask((client, request) => client.searchForStudies({ queryParams: studyParameters(query), request }));
  const found = dataSetsOf(answer);
  if (found === null) throw new DicomWebError({ code: 'dicomweb-not-json', what: host });
  const studies = found.map(studyOf).filter(({ studyInstanceUid }) => studyInstanceUid !== '');
  if (studies.length === 0 && query.offset === 0) throw new DicomWebError({ code: 'dicomweb-no-studies', what: host });
  // One more than a page was asked for, to know whether there is another page. A server may ignore the limit.
  const page = studies.slice(0, PAGE_LENGTH).sort((a, b) => b.date.localeCompare(a.date));
  return { studies: page, hasMore: studies.length > PAGE_LENGTH, pageLength: PAGE_LENGTH };
}

/** The series of a study, CT first, then by number. */
export async function searchSeries({ host, ask }: Connection, studyInstanceUid: string): Promise<readonly FoundSeries[]> {
  const queryParams = { includefield: `${SERIES_DESCRIPTION},${SERIES_INSTANCES}` };
  const answer = await ask((client, request) => client.searchForSeries({ studyInstanceUID: studyInstanceUid, queryParams, request }));
  const found = dataSetsOf(answer);
  if (found === null) throw new DicomWebError({ code: 'dicomweb-not-json', what: host });
  const series = found.map(seriesOf).filter(({ seriesInstanceUid }) => seriesInstanceUid !== '');
  if (series.length === 0) throw new DicomWebError({ code: 'dicomweb-no-series', what: host });
  return series.sort((a, b) => Number(b.modality === 'CT') - Number(a.modality === 'CT') || (a.number ?? 0) - (b.number ?? 0));
}

/** QIDO-RS query parameters; fuzzy matching stays off, as the standard has it without the parameter. */
export function studyParameters({ patientId, patientName, fromDate, toDate, offset }: StudyQuery): Record<string, string> {
  const name = patientName.trim();
  const parameters: Record<string, string> = {};
  if (patientId.trim() !== '') parameters['PatientID'] = patientId.trim();
  if (name !== '') parameters['PatientName'] = /[*?]/.test(name) ? name : `${name}*`;
  if (fromDate !== '' || toDate !== '') parameters['StudyDate'] = `${fromDate.replaceAll('-', '')}-${toDate.replaceAll('-', '')}`;
  return { ...parameters, includefield: STUDY_DESCRIPTION, limit: String(PAGE_LENGTH + 1), offset: String(offset) };
}

function studyOf(dataSet: JsonDataSet): FoundStudy {
  return {
    studyInstanceUid: textOf(dataSet, STUDY_INSTANCE_UID),
    patientName: textOf(dataSet, PATIENT_NAME),
    patientId: textOf(dataSet, PATIENT_ID),
    date: textOf(dataSet, STUDY_DATE).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'),
    description: textOf(dataSet, STUDY_DESCRIPTION),
    modalities: textsOf(dataSet, MODALITIES_IN_STUDY),
    imageCount: countOf(dataSet, STUDY_INSTANCES),
  };
}

function seriesOf(dataSet: JsonDataSet): FoundSeries {
  return {
    seriesInstanceUid: textOf(dataSet, SERIES_INSTANCE_UID),
    modality: textOf(dataSet, MODALITY).toUpperCase(),
    number: countOf(dataSet, SERIES_NUMBER),
    description: textOf(dataSet, SERIES_DESCRIPTION),
    imageCount: countOf(dataSet, SERIES_INSTANCES),
  };
}
