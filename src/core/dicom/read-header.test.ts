import * as fc from 'fast-check';
import { deflateRaw } from 'pako';
import { describe, expect, test } from 'vitest';
import { writeDataset, writeSyntheticCt, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { decodeText, readBytes, syntheticHeaders, withoutPlace } from '#src/testing/synthetic-headers.ts';
import { readHeader, type HeaderReading } from './read-header.ts';
import type { SliceHeader } from './series.ts';

function oneFile(overrides: Partial<SyntheticCt> = {}): Uint8Array<ArrayBuffer> {
  const bytes = writeSyntheticCt({ sizeVox: [9, 7, 1], ...overrides })[0]?.bytes;
  if (bytes === undefined) throw new Error('No file written.');
  return bytes;
}

function firstSlice(reading: HeaderReading): SliceHeader {
  const slice = reading.kind === 'slices' ? reading.slices[0] : undefined;
  if (slice === undefined) throw new Error(JSON.stringify(reading));
  return slice;
}

/** Offset of the first element behind the meta header. */
function metaEnd(bytes: Uint8Array): number {
  return 144 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(140, true);
}

/** The elements of a file that dcmjs wrote, as implicit little endian without preamble or meta header (ACR-NEMA style). */
function toImplicitHeadless(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const out: number[] = [];
  let at = metaEnd(bytes);
  while (at < bytes.length) {
    const vr = String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0);
    const isLong = ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(vr);
    const length = isLong ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const start = at + (isLong ? 12 : 8);
    out.push(...bytes.subarray(at, at + 4), length & 255, (length >> 8) & 255, (length >> 16) & 255, length >>> 24);
    out.push(...bytes.subarray(start, start + length));
    at = start + length;
  }
  return Uint8Array.from(out);
}

describe('readHeader', () => {
  test('should read geometry, acquisition and identity of a slice', () => {
    const slice = firstSlice(readBytes(oneFile({ contrastBolusAgent: 'Iomeprol' }), 'x/one.dcm', 5));
    expect(slice).toMatchObject({
      fileId: 5, fileName: 'x/one.dcm', frame: 0, numberOfFrames: 1, modality: 'CT', rows: 7, columns: 9,
      pixelSpacing: [1.1, 0.8], imagePositionPatient: [-31.5, 17.25, -840.5], imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      sliceThickness: 3, kvp: 120, convolutionKernel: 'B30f', contrastBolusAgent: 'Iomeprol', rescaleSlope: 1,
      rescaleIntercept: -1024, bitsStored: 12, highBit: 11, pixelRepresentation: 0, samplesPerPixel: 1, hasPixelData: true,
      imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], transferSyntaxUid: '1.2.840.10008.1.2.1', patientName: 'SYNTHETIC^SPINE',
      gantryDetectorTilt: null, imageComments: null,
    });
  });

  test('should ask for more while the pixel data is not reached and be content with the header alone', () => {
    const bytes = oneFile();
    const headerEnd = bytes.length - 9 * 7 * 2;
    const source = { fileId: 0, fileName: 'a.dcm', fileBytes: bytes.length };
    for (const length of [0, 100, 140, 400, headerEnd - 13]) {
      expect(readHeader(bytes.subarray(0, length), source, decodeText).kind, `${length} bytes`).toBe('incomplete');
    }
    expect(readHeader(bytes.subarray(0, headerEnd), source, decodeText).kind).toBe('slices');
  });

  test('should tell a file that was cut in its header from one cut in its pixels', () => {
    const bytes = oneFile();
    expect(readBytes(bytes.slice(0, bytes.length - 40))).toEqual({ kind: 'fault', code: 'truncated-pixels' });
    expect(readBytes(bytes.slice(0, 600))).toEqual({ kind: 'fault', code: 'broken-dicom' });
  });

  test('should read a headless implicit file and say how to make it Part 10', () => {
    const original = oneFile();
    const bytes = toImplicitHeadless(original);
    const reading = readBytes(bytes);
    const slice = firstSlice(reading);
    expect(slice).toEqual({ ...withoutPlace(firstSlice(readBytes(original))), transferSyntaxUid: '1.2.840.10008.1.2' });
    if (reading.kind !== 'slices' || reading.repair === null) throw new Error('A repair was expected.');
    const repaired = Uint8Array.from([...reading.repair.prefix, ...bytes.subarray(reading.repair.fromByte)]);
    const again = readBytes(repaired);
    expect(again).toMatchObject({ kind: 'slices', repair: null });
    expect(withoutPlace(firstSlice(again))).toEqual(slice);
  });

  test('should read a file whose preamble was cut off and mend it', () => {
    const original = oneFile();
    const reading = readBytes(original.slice(132));
    if (reading.kind !== 'slices' || reading.repair === null) throw new Error('A repair was expected.');
    expect(reading.slices).toEqual([withoutPlace(firstSlice(readBytes(original)))]);
    expect([...reading.repair.prefix, ...original.slice(132)]).toEqual([...original]);
  });

  test('should read a deflated file from its beginning only', () => {
    const original = oneFile({ sizeVox: [64, 48, 1], huAt: (x, y) => Math.sin(x * y) * 900 });
    const end = metaEnd(original);
    const meta = original.slice(0, end);
    const deflatedUid = '1.2.840.10008.1.2.1.99';
    const uidAt = String.fromCharCode(...meta).indexOf('1.2.840.10008.1.2.1\0');
    const newMeta = [...meta.slice(0, uidAt), ...new TextEncoder().encode(deflatedUid), ...meta.slice(uidAt + 20)];
    newMeta[140] = (newMeta[140] ?? 0) + 2;
    newMeta[uidAt - 2] = deflatedUid.length;
    const bytes = Uint8Array.from([...newMeta, ...deflateRaw(original.slice(end))]);
    const source = { fileId: 0, fileName: 'a.dcm', fileBytes: bytes.length };
    const expected = { ...withoutPlace(firstSlice(readBytes(original))), transferSyntaxUid: deflatedUid };
    expect(firstSlice(readHeader(bytes, source, decodeText))).toEqual(expected);
    expect(firstSlice(readHeader(bytes.subarray(0, bytes.length - 2000), source, decodeText))).toEqual(expected);
    // Without the end of its stream a whole file is damaged, whatever came before it.
    const cut = bytes.subarray(0, bytes.length - 3);
    expect(readHeader(cut, { ...source, fileBytes: cut.length }, decodeText)).toEqual({ kind: 'fault', code: 'broken-dicom' });
  });

  test('should leave what is missing null and keep numbers with padding', () => {
    const slice = firstSlice(
      readBytes(
        oneFile({
          kvp: null,
          change: () => ({ SliceThickness: ' 3.0 ', SOPInstanceUID: undefined, SeriesInstanceUID: undefined, PixelSpacing: ['0', '0.7'], ImagePositionPatient: undefined, WindowCenter: ['40', '300'] }),
        }),
      ),
    );
    expect(slice).toMatchObject({ sliceThickness: 3, kvp: null, seriesInstanceUid: null, pixelSpacing: null, imagePositionPatient: null, windowCenter: [40, 300] });
  });

  // Found by fuzzing: the numbers behind a damaged one moved up, so x, y, z were y, z and whatever followed.
  test('should not let numbers take the place of a damaged one', () => {
    const change = (): Record<string, unknown> => ({ ImagePositionPatient: ['x', '-31.5', '17.25', '-840.5'], PixelSpacing: ['', '1.1', '0.8'], ImageOrientationPatient: ['1', '0', '0', '0', '1', '0', '0'] });
    expect(firstSlice(readBytes(oneFile({ change })))).toMatchObject({ imagePositionPatient: null, pixelSpacing: null, imageOrientationPatient: null });
  });

  test('should take control and direction characters out of text, and never out of numbers', () => {
    const change = (): Record<string, unknown> => ({ SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: 'A\u202eB\u0007C', KVP: '\u00071200', RescaleIntercept: '-\u200b1024' });
    expect(firstSlice(readBytes(oneFile({ change })))).toMatchObject({ seriesDescription: 'AB C', kvp: null, rescaleIntercept: null });
  });

  test('should decode names in the character set of the file', () => {
    const name = (bytes: Uint8Array): string | null => firstSlice(readBytes(bytes)).patientName;
    const withRawName = (characterSet: string, raw: readonly number[]): Uint8Array => {
      const bytes = oneFile({ patientName: 'X'.repeat(raw.length), change: () => ({ SpecificCharacterSet: characterSet.split('\\') }) });
      bytes.set(raw, String.fromCharCode(...bytes).indexOf('X'.repeat(raw.length)));
      return bytes;
    };
    expect(name(withRawName('ISO_IR 100', [0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]))).toBe('Müller');
    expect(name(withRawName('ISO_IR 144', [0xbb, 0xee, 0xda, 0xda]))).toBe('Люкк');
    expect(name(withRawName('ISO_IR 192', [0xe7, 0x8e, 0x8b, 0x5e, 0x41, 0x42]))).toBe('王^AB');
    // PS3.5 H.3.2: Yamada in kanji.
    expect(name(withRawName('\\ISO 2022 IR 87', [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42]))).toBe('山田');
    // PS3.5 I.2: Hong in hangul.
    expect(name(withRawName('\\ISO 2022 IR 149', [0x1b, 0x24, 0x29, 0x43, 0xfb, 0xf3]))).toBe('洪');
  });

  test('should tell a DICOM directory and an object without picture', () => {
    const report = writeDataset({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.11', SOPInstanceUID: '1.2.3', Modality: 'SR' });
    expect(readBytes(report)).toEqual({ kind: 'fault', code: 'no-image' });
    const directory = writeDataset({ SOPClassUID: '1.2.840.10008.1.3.10', SOPInstanceUID: '1.2.3' });
    expect(readBytes(directory)).toEqual({ kind: 'fault', code: 'dicomdir' });
    expect(readBytes(oneFile({ change: () => ({ PixelData: undefined }) }))).toEqual({ kind: 'fault', code: 'no-pixel-data' });
  });

  test('should never throw, whatever the bytes', () => {
    const valid = oneFile();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        readBytes(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(valid.length), (at, noise, length) => {
        const damaged = valid.slice();
        damaged.set(noise.subarray(0, valid.length - at), at);
        readBytes(damaged.subarray(0, length));
      }),
      { numRuns: 500 },
    );
  });
});

describe('enhanced multi-frame CT', () => {
  const plane = (z: number): Record<string, unknown> => ({
    PlanePositionSequence: [{ ImagePositionPatient: [-10.5, 4, z] }],
    FrameContentSequence: [{ FrameAcquisitionNumber: 6 }],
  });
  const enhanced = (frames: number): Uint8Array =>
    oneFile({
      kvp: null,
      change: () => ({
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.2.1',
        NumberOfFrames: 3,
        ImagePositionPatient: undefined,
        ImageOrientationPatient: undefined,
        PixelSpacing: undefined,
        RescaleSlope: undefined,
        RescaleIntercept: undefined,
        PixelData: new Uint16Array(9 * 7 * 3).buffer,
        SharedFunctionalGroupsSequence: [
          {
            PixelMeasuresSequence: [{ PixelSpacing: [0.9, 0.7], SliceThickness: 1.5 }],
            PlaneOrientationSequence: [{ ImageOrientationPatient: [0, 1, 0, 0, 0, -1] }],
            PixelValueTransformationSequence: [{ RescaleSlope: 2, RescaleIntercept: -1000 }],
            CTXRayDetailsSequence: [{ KVP: 100 }],
          },
        ],
        PerFrameFunctionalGroupsSequence: [plane(5), plane(7.5), plane(10)].slice(0, frames),
      }),
    });

  test('should give each frame its own header from shared and per-frame groups', () => {
    const reading = readBytes(enhanced(3));
    if (reading.kind !== 'slices') throw new Error(JSON.stringify(reading));
    expect(reading.slices.map((slice) => [slice.frame, slice.instanceNumber, slice.imagePositionPatient?.[2]])).toEqual([[0, 1, 5], [1, 2, 7.5], [2, 3, 10]]);
    expect(reading.slices[1]).toMatchObject({
      pixelSpacing: [0.9, 0.7], sliceThickness: 1.5, imageOrientationPatient: [0, 1, 0, 0, 0, -1], rescaleSlope: 2, rescaleIntercept: -1000, kvp: 100, acquisitionNumber: 6,
    });
  });

  test('should find what the slices of a legacy-converted file said of their acquisition', () => {
    const bytes = oneFile({
      kvp: null,
      change: () => ({
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.2.2',
        NumberOfFrames: 2,
        ConvolutionKernel: undefined,
        PixelData: new Uint16Array(9 * 7 * 2).buffer,
        SharedFunctionalGroupsSequence: [{ UnassignedSharedConvertedAttributesSequence: [{ KVP: 100, ConvolutionKernel: 'B', ContrastBolusAgent: 'Iohexol' }] }],
        PerFrameFunctionalGroupsSequence: [0.5, 1.5].map((tilt, n) => ({ ...plane(5 * n), UnassignedPerFrameConvertedAttributesSequence: [{ GantryDetectorTilt: tilt, TriggerTime: 40 + n }] })),
      }),
    });
    const reading = readBytes(bytes);
    const facts = reading.kind === 'slices' ? reading.slices.map(({ kvp, convolutionKernel, contrastBolusAgent, gantryDetectorTilt, phase }) => [kvp, convolutionKernel, contrastBolusAgent, gantryDetectorTilt, phase]) : reading;
    expect(facts).toEqual([[100, 'B', 'Iohexol', 0.5, '40'], [100, 'B', 'Iohexol', 1.5, '41']]);
  });

  test('should not place frames when the groups do not match them', () => {
    const reading = readBytes(enhanced(2));
    expect(reading.kind === 'slices' && reading.slices.map((slice) => [slice.numberOfFrames, slice.imagePositionPatient])).toEqual([[3, null]]);
  });
});

test('should read an oblique stack in the order written', () => {
  const headers = syntheticHeaders({ directions: [[0.8, 0.6, 0], [-0.6, 0.8, 0]], spacingMm: [0.8, 1.1, 2.5] });
  expect(headers.map((header) => header.imagePositionPatient?.[2])).toEqual(Array.from({ length: 12 }, (_, k) => -840.5 + 2.5 * k));
});
