type Items = readonly (readonly Element[])[];
/** Tag as in the standard ('00280030'), VR, and text, bytes or the items of a sequence. */
export type Element = { readonly tag: string; readonly vr: string; readonly value: string | Uint8Array | Items };

export type Encoding = {
  readonly isExplicit: boolean;
  readonly isBigEndian: boolean;
  /** Sequences and items of undefined length with delimiters, instead of counted ones. */
  readonly hasUndefinedLengths: boolean;
};

export const EXPLICIT_LITTLE: Encoding = { isExplicit: true, isBigEndian: false, hasUndefinedLengths: false };

const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT', 'SV', 'UV']);
const UNDEFINED = 0xffffffff;

/** A Part 10 file: preamble, meta header, then the elements in the order given (PS3.10 section 7.1, PS3.5 section 7). */
export function part10File(transferSyntaxUid: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const meta = writeElements([{ tag: '00020010', vr: 'UI', value: transferSyntaxUid }], EXPLICIT_LITTLE);
  const length = writeElements([{ tag: '00020000', vr: 'UL', value: uint32(meta.length, false) }], EXPLICIT_LITTLE);
  return joined([new Uint8Array(128), ascii('DICM'), length, meta, body]);
}

export function writeElements(elements: readonly Element[], encoding: Encoding): Uint8Array<ArrayBuffer> {
  return joined(elements.map(({ tag, vr, value }) => {
    if (isItems(value)) return writeSequence(tag, value, encoding);
    const bytes = padded(typeof value === 'string' ? ascii(value) : value, vr);
    return joined([head(tag, vr, bytes.length, encoding), bytes]);
  }));
}

/** Encapsulated pixel data: an empty offset table, the fragments, a delimiter (PS3.5 A.4). Little endian. */
export function writeFragments(fragments: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const items = [new Uint8Array(), ...fragments].map((bytes) => joined([delimiter('fffee000', bytes.length, EXPLICIT_LITTLE), bytes]));
  return joined([head('7fe00010', 'OB', UNDEFINED, EXPLICIT_LITTLE), ...items, delimiter('fffee0dd', 0, EXPLICIT_LITTLE)]);
}

export function uint16(value: number, isBigEndian: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, !isBigEndian);
  return bytes;
}

export function uint32(value: number, isBigEndian: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, !isBigEndian);
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
}

function isItems(value: Element['value']): value is Items {
  return Array.isArray(value);
}

function writeSequence(tag: string, items: Items, encoding: Encoding): Uint8Array<ArrayBuffer> {
  const isOpen = encoding.hasUndefinedLengths;
  const written = items.map((item) => {
    const body = writeElements(item, encoding);
    return joined([delimiter('fffee000', isOpen ? UNDEFINED : body.length, encoding), body, ...(isOpen ? [delimiter('fffee00d', 0, encoding)] : [])]);
  });
  const body = joined([...written, ...(isOpen ? [delimiter('fffee0dd', 0, encoding)] : [])]);
  return joined([head(tag, 'SQ', isOpen ? UNDEFINED : body.length, encoding), body]);
}

function head(tag: string, vr: string, length: number, { isExplicit, isBigEndian }: Encoding): Uint8Array<ArrayBuffer> {
  const place = tagBytes(tag, isBigEndian);
  if (!isExplicit) return joined([place, uint32(length, isBigEndian)]);
  if (LONG_VRS.has(vr)) return joined([place, ascii(vr), new Uint8Array(2), uint32(length, isBigEndian)]);
  return joined([place, ascii(vr), uint16(length, isBigEndian)]);
}

function delimiter(tag: string, length: number, { isBigEndian }: Encoding): Uint8Array<ArrayBuffer> {
  return joined([tagBytes(tag, isBigEndian), uint32(length, isBigEndian)]);
}

function tagBytes(tag: string, isBigEndian: boolean): Uint8Array<ArrayBuffer> {
  return joined([uint16(Number.parseInt(tag.slice(0, 4), 16), isBigEndian), uint16(Number.parseInt(tag.slice(4), 16), isBigEndian)]);
}

/** Values have an even length: UIDs and bytes are padded with NUL, text with a space. */
function padded(bytes: Uint8Array, vr: string): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : joined([bytes, ascii(['UI', 'OB', 'UN'].includes(vr) ? '\0' : ' ')]);
}
