import { data, log } from 'dcmjs';
import { textOf, type JsonDataSet } from './dicom-json.ts';
import type { StoredFrames } from './stored-frames.ts';

log.setLevel('silent');

const SPECIFIC_CHARACTER_SET = '00080005';
const PIXEL_DATA = '7FE00010';

/** Representations that header reading knows; tags, large and unknown values (whose bytes are behind a link) are left out. */
const TEXT = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UI']);
const NUMERIC = new Set(['FD', 'FL', 'SL', 'SS', 'UL', 'US']);

type Element = { readonly vr: string; readonly Value: readonly unknown[] };

/**
 * A DICOM Part 10 file of WADO-RS metadata and the instance's frames, so that what comes from a server is read, checked
 * and decoded by the same code as a file from the disk.
 */
export function writePart10(metadata: JsonDataSet, { transferSyntaxUid, frames }: StoredFrames): ArrayBuffer {
  const isNative = transferSyntaxUid === '1.2.840.10008.1.2.1';
  const file = new data.DicomDict({
    '00020002': { vr: 'UI', Value: [textOf(metadata, '00080016')] },
    '00020003': { vr: 'UI', Value: [textOf(metadata, '00080018')] },
    '00020010': { vr: 'UI', Value: [transferSyntaxUid] },
  });
  file.dict = {
    ...elementsOf(metadata),
    // JSON is UTF-8 whatever the instance was stored in; servers leave the old name of the character set in the metadata.
    [SPECIFIC_CHARACTER_SET]: { vr: 'CS', Value: ['ISO_IR 192'] },
    [PIXEL_DATA]: { vr: isNative ? 'OW' : 'OB', Value: isNative ? [joined(frames)] : frames },
  };
  return file.write({ allowInvalidVRLength: true, fragmentMultiframe: false });
}

function elementsOf(dataSet: JsonDataSet): Record<string, Element> {
  const elements: Record<string, Element> = {};
  for (const [tag, { vr, Value }] of Object.entries(dataSet)) {
    // Private elements have odd groups; group 0002 describes a file that this one is not.
    if (!/^[0-9A-F]{8}$/i.test(tag) || Number.parseInt(tag.slice(3, 4), 16) % 2 === 1 || tag.startsWith('0002')) continue;
    if (!Array.isArray(Value) || Value.length === 0) continue;
    const values: readonly unknown[] = Value;
    if (vr === 'SQ') elements[tag.toUpperCase()] = { vr, Value: values.map((item) => (isDataSet(item) ? elementsOf(item) : {})) };
    else if (vr === 'PN') elements[tag.toUpperCase()] = { vr, Value: values.map(nameOf) };
    else if (TEXT.has(vr)) elements[tag.toUpperCase()] = { vr, Value: values.map((value) => value ?? '') };
    else if (NUMERIC.has(vr) && values.every((value) => typeof value === 'number')) elements[tag.toUpperCase()] = { vr, Value: values };
  }
  return elements;
}

function isDataSet(item: unknown): item is JsonDataSet {
  return typeof item === 'object' && item !== null;
}

function nameOf(value: unknown): unknown {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? value : '';
}

function joined(frames: readonly ArrayBuffer[]): ArrayBuffer {
  const [only] = frames;
  if (frames.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(frames.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(new Uint8Array(frame), at);
    at += frame.byteLength;
  }
  return bytes.buffer;
}
