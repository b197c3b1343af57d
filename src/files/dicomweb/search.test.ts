import { expect, test } from 'vitest';
import type { StudyQuery } from './found.ts';
import { DicomWebError, faultOf, type Connection } from './worker/connection.ts';
import { searchSeries, searchStudies, studyParameters } from './worker/search.ts';

const ANY: StudyQuery = { patientId: '', patientName: '', fromDate: '', toDate: '', offset: 0 };

function server(answer: unknown): Connection {
  return { root: 'https://pacs.example', host: 'pacs.example', ask: () => Promise.resolve(answer) };
}

function study(uid: string, date: string): Record<string, unknown> {
  return {
    '0020000D': { vr: 'UI', Value: [uid] }, '00080020': { vr: 'DA', Value: [date] }, '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
    '00100020': { vr: 'LO' }, '00080061': { vr: 'CS', Value: ['CT', 'SR'] }, '00201208': { vr: 'IS', Value: ['12'] },
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof DicomWebError)) throw new Error('A DicomWebError was expected.');
  return error.fault.code;
}

test('should ask for what was typed and nothing else', () => {
  expect(studyParameters(ANY)).toEqual({ includefield: '00081030', limit: '26', offset: '0' });
  expect(studyParameters({ patientId: ' 17 ', patientName: 'Doe', fromDate: '2020-01-31', toDate: '', offset: 25 })).toMatchObject({ PatientID: '17', PatientName: 'Doe*', StudyDate: '20200131-', offset: '25' });
  expect(studyParameters({ ...ANY, patientName: '*oe?', toDate: '2021-02-03' })).toMatchObject({ PatientName: '*oe?', StudyDate: '-20210203' });
});

test('should read studies, newest first, and know of another page', async () => {
  const { studies, hasMore } = await searchStudies(server([study('1.1', '20200101'), study('1.2', '20210101')]), ANY);
  expect(hasMore).toBe(false);
  expect(studies.map(({ studyInstanceUid }) => studyInstanceUid)).toEqual(['1.2', '1.1']);
  expect(studies[1]).toEqual({ studyInstanceUid: '1.1', patientName: 'Doe^Jane', patientId: '', date: '2020-01-01', description: '', modalities: ['CT', 'SR'], imageCount: 12 });
  const many = await searchStudies(server(Array.from({ length: 26 }, (_none, n) => study(`1.${n}`, '20200101'))), ANY);
  expect([many.studies.length, many.hasMore]).toEqual([25, true]);
});

test('should list CT first', async () => {
  const one = (uid: string, modality: string, number: number): unknown => ({ '0020000E': { vr: 'UI', Value: [uid] }, '00080060': { vr: 'CS', Value: [modality] }, '00200011': { vr: 'IS', Value: [number] } });
  const series = await searchSeries(server([one('1', 'SR', 1), one('2', 'CT', 9), one('3', 'CT', 4)]), '1.2');
  expect(series.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(['3', '2', '1']);
});

test('should tell an empty answer from one that is no DICOM JSON', async () => {
  expect(await codeOf(searchStudies(server([]), ANY))).toBe('dicomweb-no-studies');
  expect(await codeOf(searchSeries(server([]), '1'))).toBe('dicomweb-no-series');
  for (const answer of [null, { error: 'x' }, 'text', [1], [null]]) expect(await codeOf(searchStudies(server(answer), ANY))).toBe('dicomweb-not-json');
});

test('should tell why a server gave nothing', () => {
  expect([0, 401, 403, 404, 500].map((status) => faultOf(status, 'h').code)).toEqual(['dicomweb-unreachable', 'dicomweb-login', 'dicomweb-denied', 'dicomweb-not-found', 'dicomweb-status']);
  expect(faultOf(503, 'pacs.example').what).toBe('pacs.example (HTTP 503)');
});
