import type { DataSet } from 'dicom-parser';
import { plainText } from '#src/lib/foreign-text.ts';
import { decodeDicomText, encodingLabelOf, type DecodeText } from './character-set.ts';

/** Reads elements of one data set (or sequence item) as plain values; null or an empty list where absent or unreadable. */
export type ElementReader = {
  readonly text: (tag: string) => string | null;
  readonly texts: (tag: string) => readonly string[];
  readonly numbers: (tag: string) => readonly number[];
  /** Exactly `count` numbers, or none: with a value missing or unreadable, the others would stand in each other's place. */
  readonly vector: (tag: string, count: number) => readonly number[];
  readonly number: (tag: string) => number | null;
  readonly integer: (tag: string) => number | null;
  readonly uint16: (tag: string) => number | null;
  /** Items of a sequence. */
  readonly items: (tag: string) => readonly ElementReader[];
  readonly has: (tag: string) => boolean;
};

export function readElements(dataSet: DataSet, decodeText: DecodeText, inheritedLabel?: string): ElementReader {
  const rawBytes = (tag: string): Uint8Array | null => {
    const element = dataSet.elements[tag];
    if (element === undefined || element.length <= 0 || element.items !== undefined) return null;
    const bytes: Uint8Array = dataSet.byteArray;
    return bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  };
  const terms = valuesOf(rawBytes('x00080005'), 'windows-1252', decodeText);
  const label = terms.length > 0 || inheritedLabel === undefined ? encodingLabelOf(terms) : inheritedLabel;

  const values = (tag: string): readonly string[] => valuesOf(rawBytes(tag), label, decodeText);
  // Numbers are read as they stand: a damaged one must not become another by leaving a character out.
  const texts = (tag: string): readonly string[] => values(tag).map(plainText);
  const numbers = (tag: string): readonly number[] => values(tag).map(parseDecimal).filter((value) => value !== null);
  return {
    text: (tag) => texts(tag).join('\\') || null,
    texts,
    numbers,
    vector: (tag, count) => {
      const read = numbers(tag);
      return read.length === count && values(tag).length === count ? read : [];
    },
    number: (tag) => parseDecimal(values(tag)[0] ?? ''),
    integer: (tag) => {
      const value = parseDecimal(values(tag)[0] ?? '');
      return value === null ? null : Math.trunc(value);
    },
    uint16: (tag) => {
      const bytes = rawBytes(tag);
      return bytes === null || bytes.length < 2 ? null : (dataSet.uint16(tag) ?? null);
    },
    items: (tag) =>
      (dataSet.elements[tag]?.items ?? []).flatMap((item) =>
        item.dataSet === undefined ? [] : [readElements(item.dataSet, decodeText, label)],
      ),
    has: (tag) => (dataSet.elements[tag]?.length ?? 0) !== 0,
  };
}

/** Empty trailing and leading values stay, since their place has a meaning; one empty value is no value. */
function valuesOf(bytes: Uint8Array | null, label: string, decodeText: DecodeText): readonly string[] {
  if (bytes === null) return [];
  const text = decodeDicomText(bytes, label, decodeText);
  return text === '' ? [] : text.split('\\').map((value) => value.trim());
}

/** DS and IS with padding, and the decimal comma that some writers use; null where it is no number. */
function parseDecimal(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}
