import { deflateRaw } from 'pako';
import { EXPLICIT_LITTLE, part10File, uint16, writeElements, writeFragments, joined, type Element, type Encoding } from './dicom-bytes.ts';
import { writeSyntheticCt } from './synthetic-dicom.ts';

/** A valid stack to be damaged, one file a slice or one file for all. */
export type FuzzSeed = { readonly name: string; readonly files: readonly Uint8Array<ArrayBuffer>[] };

const COLUMNS = 5;
const ROWS = 4;
/** So many that losing one leaves two parts that can be opened. */
const SLICES = 18;
const PIXEL_BYTES = COLUMNS * ROWS * 2;
const UID = '1.2.826.0.1.3680043.10.1562.7';

/** Anisotropic, offset and turned about the long axis, so that no two numbers of the geometry can stand for each other. */
const ORIENTATION = '0.8\\0.6\\0\\-0.6\\0.8\\0';
const SPACING = '1.1\\0.8';

/** Every encoding of a header that is met: VRs, byte orders, sequence lengths, fragments, deflated, headless, enhanced. */
export function fuzzSeeds(): readonly FuzzSeed[] {
  const implicit: Encoding = { isExplicit: false, isBigEndian: false, hasUndefinedLengths: true };
  const open: Encoding = { isExplicit: true, isBigEndian: false, hasUndefinedLengths: true };
  const big: Encoding = { isExplicit: true, isBigEndian: true, hasUndefinedLengths: false };
  const stack = (make: (k: number) => Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] => Array.from({ length: SLICES }, (_, k) => make(k));
  return [
    { name: 'dcmjs', files: writeSyntheticCt({ sizeVox: [COLUMNS, ROWS, SLICES] }).map(({ bytes }) => bytes) },
    { name: 'implicit', files: stack((k) => part10File('1.2.840.10008.1.2', withPixels(slice(k), implicit))) },
    { name: 'explicit-open', files: stack((k) => part10File('1.2.840.10008.1.2.1', withPixels(slice(k), open))) },
    { name: 'big-endian', files: stack((k) => part10File('1.2.840.10008.1.2.2', withPixels(slice(k, true), big))) },
    { name: 'headless', files: stack((k) => withPixels(slice(k), implicit)) },
    { name: 'deflated', files: stack((k) => part10File('1.2.840.10008.1.2.1.99', deflateRaw(withPixels(slice(k), EXPLICIT_LITTLE)) as Uint8Array<ArrayBuffer>)) },
    { name: 'fragments', files: stack((k) => part10File('1.2.840.10008.1.2.4.70', joined([writeElements(slice(k), EXPLICIT_LITTLE), writeFragments([new Uint8Array(6).fill(k), new Uint8Array(10)])]))) },
    { name: 'enhanced', files: [part10File('1.2.840.10008.1.2.1', withPixels(enhanced(), open, SLICES))] },
  ];
}

function withPixels(elements: readonly Element[], encoding: Encoding, frames = 1): Uint8Array<ArrayBuffer> {
  return writeElements([...elements, { tag: '7fe00010', vr: 'OW', value: new Uint8Array(PIXEL_BYTES * frames).fill(7) }], encoding);
}

function slice(k: number, isBigEndian = false): readonly Element[] {
  return [
    ...identity('1.2.840.10008.5.1.4.1.1.2', k),
    { tag: '00180050', vr: 'DS', value: '3' },
    { tag: '0020000d', vr: 'UI', value: `${UID}.1` },
    { tag: '0020000e', vr: 'UI', value: `${UID}.2` },
    { tag: '00200013', vr: 'IS', value: String(k + 1) },
    { tag: '00200032', vr: 'DS', value: `-31.5\\17.25\\${-840.5 + 2.5 * k}` },
    { tag: '00200037', vr: 'DS', value: ORIENTATION },
    ...pixelFormat(isBigEndian, [{ tag: '00280030', vr: 'DS', value: SPACING }]),
    { tag: '00281052', vr: 'DS', value: '-1024' },
    { tag: '00281053', vr: 'DS', value: '1' },
  ];
}

function enhanced(): readonly Element[] {
  const shared: readonly Element[] = [
    { tag: '00209116', vr: 'SQ', value: [[{ tag: '00200037', vr: 'DS', value: ORIENTATION }]] },
    { tag: '00289110', vr: 'SQ', value: [[{ tag: '00180050', vr: 'DS', value: '3' }, { tag: '00280030', vr: 'DS', value: SPACING }]] },
    { tag: '00289145', vr: 'SQ', value: [[{ tag: '00281052', vr: 'DS', value: '-1024' }, { tag: '00281053', vr: 'DS', value: '1' }]] },
  ];
  const frames = Array.from({ length: SLICES }, (_, k): readonly Element[] => [
    { tag: '00209113', vr: 'SQ', value: [[{ tag: '00200032', vr: 'DS', value: `-31.5\\17.25\\${-840.5 + 2.5 * k}` }]] },
  ]);
  return [
    ...identity('1.2.840.10008.5.1.4.1.1.2.1', 0),
    { tag: '0020000d', vr: 'UI', value: `${UID}.1` },
    { tag: '0020000e', vr: 'UI', value: `${UID}.3` },
    ...pixelFormat(false, [{ tag: '00280008', vr: 'IS', value: String(SLICES) }]),
    { tag: '52009229', vr: 'SQ', value: [shared] },
    { tag: '52009230', vr: 'SQ', value: frames },
  ];
}

function identity(sopClassUid: string, k: number): readonly Element[] {
  return [
    { tag: '00080008', vr: 'CS', value: 'ORIGINAL\\PRIMARY\\AXIAL' },
    { tag: '00080016', vr: 'UI', value: sopClassUid },
    { tag: '00080018', vr: 'UI', value: `${UID}.9.${k + 1}` },
    { tag: '00080060', vr: 'CS', value: 'CT' },
    // A sequence before the geometry, so that wrong lengths reach it.
    { tag: '00081110', vr: 'SQ', value: [[{ tag: '00081150', vr: 'UI', value: '1.2' }, { tag: '00081199', vr: 'SQ', value: [[{ tag: '00081155', vr: 'UI', value: '1.2.3' }]] }]] },
    { tag: '00090010', vr: 'LO', value: 'PRIVATE' },
    { tag: '00091001', vr: 'UN', value: new Uint8Array(14).fill(0xfe) },
    { tag: '00100010', vr: 'PN', value: 'SYNTHETIC^FUZZ' },
  ];
}

function pixelFormat(isBigEndian: boolean, own: readonly Element[]): readonly Element[] {
  const us = (tag: string, value: number): Element => ({ tag, vr: 'US', value: uint16(value, isBigEndian) });
  return [
    us('00280002', 1),
    { tag: '00280004', vr: 'CS', value: 'MONOCHROME2' },
    ...own.filter(({ tag }) => tag < '00280010'),
    us('00280010', ROWS),
    us('00280011', COLUMNS),
    ...own.filter(({ tag }) => tag > '00280011'),
    us('00280100', 16),
    us('00280101', 12),
    us('00280102', 11),
    us('00280103', 0),
  ];
}
