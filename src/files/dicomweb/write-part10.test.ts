import { data } from 'dcmjs';
import { describe, expect, test } from 'vitest';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { writeSyntheticCt, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { readBytes, withoutPlace } from '#src/testing/synthetic-headers.ts';
import type { JsonDataSet } from './worker/dicom-json.ts';
import { writePart10 } from './worker/write-part10.ts';

const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
const JPEG_2000 = '1.2.840.10008.1.2.4.90';

function oneFile(overrides: Partial<SyntheticCt>): Uint8Array<ArrayBuffer> {
  const bytes = writeSyntheticCt({ sizeVox: [9, 7, 1], ...overrides })[0]?.bytes;
  if (bytes === undefined) throw new Error('No file written.');
  return bytes;
}

/** What a server sends as metadata: values as JSON, pixels behind a link, private elements and links of its own. */
function metadataOf(bytes: Uint8Array<ArrayBuffer>): JsonDataSet {
  const { dict } = data.DicomMessage.readFile(bytes.buffer, { ignoreErrors: false, forceStoreRaw: false });
  return {
    ...(JSON.parse(JSON.stringify(dict)) as JsonDataSet),
    '7FE00010': { vr: 'OW', BulkDataURI: 'http://server.example/bulk' } as JsonDataSet[string],
    '00091001': { vr: 'UN', InlineBinary: 'AAAA' } as JsonDataSet[string],
    '00080005': { vr: 'CS', Value: ['ISO_IR 100'] },
  };
}

function slicesOf(file: ArrayBuffer): readonly SliceHeader[] {
  const reading = readBytes(new Uint8Array(file));
  if (reading.kind !== 'slices') throw new Error(JSON.stringify(reading));
  expect(reading.repair).toBeNull();
  return reading.slices.map(withoutPlace);
}

describe('writePart10', () => {
  test('should give back every fact that the header reader knows', () => {
    const bytes = oneFile({ directions: [[0.8, 0.6, 0], [-0.6, 0.8, 0]], contrastBolusAgent: 'Iomeprol', patientName: 'MUELLER^ANNA', change: () => ({ ImagePositionPatient: ['-31.5', '17.25', '-624.80004899'] }) });
    const pixels = bytes.slice(-9 * 7 * 2);
    const written = writePart10(metadataOf(bytes), { transferSyntaxUid: EXPLICIT_LITTLE, frames: [pixels.buffer] });
    expect(slicesOf(written)).toEqual(slicesOf(bytes.buffer));
    expect([...new Uint8Array(written).slice(-pixels.length)]).toEqual([...pixels]);
  });

  test('should keep names of any script, whatever character set the instance was stored in', () => {
    const metadata = { ...metadataOf(oneFile({})), '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^王' }] } };
    const [slice] = slicesOf(writePart10(metadata, { transferSyntaxUid: EXPLICIT_LITTLE, frames: [new ArrayBuffer(126)] }));
    expect(slice?.patientName).toBe('Müller^王');
  });

  test('should take numbers as text, empty values and values that stand behind a link', () => {
    const metadata = {
      ...metadataOf(oneFile({})),
      '00180050': { vr: 'DS', Value: ['2.5'] },
      '00280030': { vr: 'DS', Value: [1.1, null] },
      '00080008': { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] },
      '00200032': { vr: 'DS', BulkDataURI: 'http://server.example/bulk' } as JsonDataSet[string],
    };
    const [slice] = slicesOf(writePart10(metadata, { transferSyntaxUid: EXPLICIT_LITTLE, frames: [new ArrayBuffer(126)] }));
    expect(slice).toMatchObject({ sliceThickness: 2.5, pixelSpacing: null, imageType: ['ORIGINAL', '', 'AXIAL'], imagePositionPatient: null });
  });

  test('should give each frame of an enhanced CT its place', () => {
    const plane = (z: number): Record<string, unknown> => ({ PlanePositionSequence: [{ ImagePositionPatient: [-10.5, 4, z] }] });
    const bytes = oneFile({
      change: () => ({
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.2.1', NumberOfFrames: 3, ImagePositionPatient: undefined, PixelData: new Uint16Array(9 * 7 * 3).buffer,
        SharedFunctionalGroupsSequence: [{ PixelMeasuresSequence: [{ PixelSpacing: [0.9, 0.7], SliceThickness: 1.5 }] }],
        PerFrameFunctionalGroupsSequence: [plane(5), plane(7.5), plane(10)],
      }),
    });
    const frames = [1, 2, 3].map((value) => new Uint8Array(126).fill(value).buffer);
    const written = writePart10(metadataOf(bytes), { transferSyntaxUid: EXPLICIT_LITTLE, frames });
    expect(slicesOf(written)).toEqual(slicesOf(bytes.buffer));
    expect([...new Uint8Array(written).slice(-378)].filter((_value, n) => n % 126 === 0)).toEqual([1, 2, 3]);
  });

  test('should put compressed frames into one fragment each', () => {
    const frames = [new Uint8Array(30_001).fill(7).buffer, new Uint8Array(4).fill(9).buffer];
    const written = new Uint8Array(writePart10(metadataOf(oneFile({})), { transferSyntaxUid: JPEG_2000, frames }));
    expect(slicesOf(written.buffer)[0]?.transferSyntaxUid).toBe(JPEG_2000);
    const view = new DataView(written.buffer);
    const items = Array.from({ length: written.length - 8 }, (_none, at) => at).filter((at) => view.getUint32(at, true) === 0xe000fffe);
    // Offset table, two frames; the odd one is padded.
    expect(items.map((at) => view.getUint32(at + 4, true))).toEqual([8, 30_002, 4]);
  });
});
