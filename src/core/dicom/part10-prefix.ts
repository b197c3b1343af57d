/** 128 zero bytes and DICM. */
export const PREAMBLE_BYTES = 132;

export function preamble(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PREAMBLE_BYTES);
  writeAscii(bytes, 128, 'DICM');
  return bytes;
}

/**
 * Preamble and the least meta header that DICOM Part 10 readers need (PS3.10 section 7.1), to stand before the data
 * elements of a file that has none. Cornerstone's loader does not open a file without them.
 * @param transferSyntaxUid encoding of the elements that follow
 */
export function part10Prefix(transferSyntaxUid: string): Uint8Array<ArrayBuffer> {
  const uid = transferSyntaxUid.length % 2 === 0 ? transferSyntaxUid : `${transferSyntaxUid}\0`;
  const prefix = new Uint8Array(PREAMBLE_BYTES + 12 + 8 + uid.length);
  const view = new DataView(prefix.buffer);
  prefix.set(preamble());
  // (0002,0000) UL 4: length of what follows in group 0002.
  view.setUint16(132, 0x0002, true);
  writeAscii(prefix, 136, 'UL');
  view.setUint16(138, 4, true);
  view.setUint32(140, 8 + uid.length, true);
  // (0002,0010) UI: the transfer syntax.
  view.setUint16(144, 0x0002, true);
  view.setUint16(146, 0x0010, true);
  writeAscii(prefix, 148, 'UI');
  view.setUint16(150, uid.length, true);
  writeAscii(prefix, 152, uid);
  return prefix;
}

function writeAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i += 1) bytes[at + i] = text.charCodeAt(i);
}
