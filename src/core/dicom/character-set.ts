/** Turns bytes into text in a WHATWG encoding. Injected because core has no TextDecoder type; never throws for the labels below. */
export type DecodeText = (bytes: Uint8Array, encodingLabel: string) => string;

// DICOM PS3.3 C.12.1.1.2 defined terms, without their "ISO_IR " or "ISO 2022 IR " prefix, as WHATWG encoding labels.
const ENCODINGS: Readonly<Record<string, string>> = {
  '6': 'windows-1252',
  '13': 'shift_jis',
  '58': 'gb18030',
  '87': 'iso-2022-jp',
  '100': 'windows-1252',
  '101': 'iso-8859-2',
  '109': 'iso-8859-3',
  '110': 'iso-8859-4',
  '126': 'iso-8859-7',
  '127': 'iso-8859-6',
  '138': 'iso-8859-8',
  '144': 'iso-8859-5',
  '148': 'windows-1254',
  '149': 'euc-kr',
  '159': 'iso-2022-jp',
  '166': 'windows-874',
  '192': 'utf-8',
  '203': 'iso-8859-15',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/**
 * WHATWG label for the values of SpecificCharacterSet (0008,0005). A multi-byte set among several wins, since the
 * single-byte ones are its ASCII half. Unknown or empty: windows-1252, which shows every byte.
 */
export function encodingLabelOf(specificCharacterSet: readonly string[]): string {
  const labels = specificCharacterSet
    .map((term) => ENCODINGS[term.toUpperCase().replace(/^ISO[ _](IR|2022[ _]IR)[ _]?/, '').trim()])
    .filter((label) => label !== undefined);
  return labels.find((label) => ['iso-2022-jp', 'euc-kr', 'gb18030'].includes(label)) ?? labels[0] ?? 'windows-1252';
}

const ESCAPE = 0x1b;

/** Drops ISO 2022 escape sequences, which the stateless decoders (all but iso-2022-jp) would show as rubbish. */
function withoutEscapes(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(ESCAPE)) return bytes;
  const kept: number[] = [];
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte !== ESCAPE) {
      kept.push(byte);
      continue;
    }
    // ESC, intermediate bytes 0x20 to 0x2f, one final byte (ECMA-35).
    i += 1;
    while (i < bytes.length && (bytes[i] ?? 0) >= 0x20 && (bytes[i] ?? 0) <= 0x2f) i += 1;
  }
  return Uint8Array.from(kept);
}

/** Text of a DICOM element's bytes under the given label, padding removed from both ends. */
export function decodeDicomText(bytes: Uint8Array, label: string, decodeText: DecodeText): string {
  const plain = label === 'iso-2022-jp' ? bytes : withoutEscapes(bytes);
  // Trailing NUL pads UIDs and, against the standard, other text.
  return decodeText(plain, label).replaceAll('\0', ' ').trim();
}
