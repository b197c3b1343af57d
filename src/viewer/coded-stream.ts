import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { isWholeLosslessScan, type HuffmanTable } from './check-lossless-jpeg.ts';

/** What a compressed stream says of itself, before it is decoded. */
export type StreamFacts = {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** JPEG 2000 codes the sign; the JPEG and JPEG-LS families know none: null. */
  readonly isSigned: boolean | null;
};

const JPEG = /^1\.2\.840\.10008\.1\.2\.4\.(5\d|70|8[01])$/;
const JPEG_2000 = /^1\.2\.840\.10008\.1\.2\.4\.(9[0-3]|20[123])$/;
/** JPEG 2000 and HTJ2K: one codestream syntax. */
export function isJpeg2000(transferSyntaxUid: string): boolean {
  return JPEG_2000.test(transferSyntaxUid);
}

const LOSSLESS_JPEG = /^1\.2\.840\.10008\.1\.2\.4\.(57|70)$/;

/** JPEG processes 14 without DCT. */
export function isLosslessJpeg(transferSyntaxUid: string): boolean {
  return LOSSLESS_JPEG.test(transferSyntaxUid);
}

/** Bits of a sample that a codec is asked for: 16 of lossless JPEG, whose 8-bit values wrap round unseen where they are damaged. */
export function codecBits({ bitsAllocated, transferSyntaxUid }: Pick<SliceHeader, 'bitsAllocated' | 'transferSyntaxUid'>): number {
  return isLosslessJpeg(transferSyntaxUid) ? 16 : (bitsAllocated ?? 16);
}

export const DAMAGED = 'its compressed pixel data is damaged';
const CUT_OFF = 'its pixel data is cut off';

/**
 * Walks the markers of a JPEG, JPEG-LS or JPEG 2000 stream from its first to its end marker; null for other codings.
 * Decoders fill what is missing from a damaged stream without an error, and that must not be measured: what can be seen
 * of damage without decoding is refused here. The reason is the middle of a sentence.
 */
export function readStream(stream: Uint8Array, transferSyntaxUid: string): Result<StreamFacts, string> | null {
  if (JPEG.test(transferSyntaxUid)) return endsAt(stream, 0xd9) ? readJpeg(stream) : fail(CUT_OFF);
  if (isJpeg2000(transferSyntaxUid)) return endsAt(stream, 0xd9) ? readJpeg2000(stream) : fail(CUT_OFF);
  return null;
}

/** Whether a stream ends with FF D9 (EOI, EOC) and then only padding: zeros, or one byte of any value as in NEMA's own samples. */
function endsAt(stream: Uint8Array, marker: number): boolean {
  let end = stream.length;
  while (end > 0 && stream[end - 1] === 0) end -= 1;
  return [end, end - 1].some((at) => stream[at - 2] === 0xff && stream[at - 1] === marker);
}

function uint16(stream: Uint8Array, at: number): number {
  return ((stream[at] ?? 0) << 8) | (stream[at + 1] ?? 0);
}

function uint32(stream: Uint8Array, at: number): number {
  return uint16(stream, at) * 65536 + uint16(stream, at + 2);
}

// Markers of ITU-T T.81 table B.1 and T.87 table C.1.
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const DRI = 0xdd;
const SOF_LOSSLESS = 0xc3;
const SOF_JPEG_LS = 0xf7;
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);

function isFrame(marker: number): boolean {
  return marker === SOF_JPEG_LS || (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker));
}

function readJpeg(stream: Uint8Array): Result<StreamFacts, string> {
  if (stream[0] !== 0xff || stream[1] !== SOI) return fail(DAMAGED);
  const tables = new Map<number, HuffmanTable>();
  let facts: StreamFacts | null = null;
  let isLossless = false;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= stream.length; ) {
    if (stream[at] !== 0xff) return fail(DAMAGED);
    const marker = stream[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = uint16(stream, at + 2);
    if (marker < 0xc0 || marker === SOI || marker === EOI || length < 2 || at + 2 + length > stream.length) return fail(DAMAGED);
    const segment = stream.subarray(at + 4, at + 2 + length);
    if (isFrame(marker)) {
      if (facts !== null || segment.length < 6) return fail(DAMAGED);
      facts = { precision: segment[0] ?? 0, rows: uint16(segment, 1), columns: uint16(segment, 3), components: segment[5] ?? 0, isSigned: null };
      isLossless = marker === SOF_LOSSLESS;
      if (facts.components === 1 && !isSampling(segment[7] ?? 0)) return fail(DAMAGED);
    }
    if (marker === DHT && !addTables(tables, segment)) return fail(DAMAGED);
    if (marker === DRI) restartInterval = uint16(segment, 0);
    at += 2 + length;
    if (marker !== SOS) continue;
    if (facts === null) return fail(DAMAGED);
    const end = endOfScan(stream, at);
    if (isLossless && facts.components === 1) {
      // Number of components, component, table, predictor, 0, point transform: T.81 table B.3.
      if (segment.length !== 6 || (segment[3] ?? 0) > 7 || segment[4] !== 0) return fail(DAMAGED);
      if (segment[5] !== 0) return fail('it is lossless JPEG with a point transform, which no codec here decodes; have it converted');
      const table = tables.get((segment[2] ?? 0) >> 4);
      if (table === undefined || !isWholeLosslessScan(stream, at, end, table, facts.rows * facts.columns, restartInterval)) return fail(DAMAGED);
    }
    at = end;
    if (stream[at + 1] === EOI) return isPadding(stream, at + 2) ? ok(facts) : fail(DAMAGED);
  }
  return fail(DAMAGED);
}

/** Horizontal and vertical sampling factor, T.81 B.2.2: 1 to 4 each. */
function isSampling(factors: number): boolean {
  return [factors >> 4, factors & 15].every((factor) => factor >= 1 && factor <= 4);
}

/** DHT, T.81 B.2.4.2: one table after the other, by class and destination. */
function addTables(tables: Map<number, HuffmanTable>, segment: Uint8Array): boolean {
  for (let at = 0; at < segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    if (at + 17 + size > segment.length) return false;
    tables.set(segment[at] ?? 0, { counts, values: segment.subarray(at + 17, at + 17 + size) });
    at += 17 + size;
  }
  return true;
}

/** Offset of the marker that ends a scan: entropy-coded bytes hold no FF but before 00 (JPEG-LS: before any byte below 80) or a restart marker. */
function endOfScan(stream: Uint8Array, from: number): number {
  for (let at = stream.indexOf(0xff, from); at >= 0; at = stream.indexOf(0xff, at + 1)) {
    const next = stream[at + 1] ?? 0;
    if (next >= 0x80 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return stream.length;
}

function isPadding(stream: Uint8Array, from: number): boolean {
  return from >= stream.length - 1 || stream.subarray(from).every((byte) => byte === 0);
}

// Markers of ITU-T T.800 table A.1.
const SOC = 0xff4f;
const SIZ = 0xff51;
const SOT = 0xff90;
const EOC = 0xffd9;
// Of the main header, T.800 table A.2 and T.814: CAP, SIZ, COD, COC, TLM, PLM, CPF, QCD, QCC, RGN, POC, PPM, CRG, COM.
const MAIN_HEADER = new Set([0xff50, 0xff51, 0xff52, 0xff53, 0xff55, 0xff57, 0xff59, 0xff5c, 0xff5d, 0xff5e, 0xff5f, 0xff60, 0xff63, 0xff64]);
const COD = 0xff52;
const QCD = 0xff5c;
const SIZ_BYTES_OF_ONE_COMPONENT = 41;
const JP2_SIGNATURE = 0x6a502020;

/** The main header, then each tile part by its length: a piece lost or doubled between them shows. */
function readJpeg2000(stream: Uint8Array): Result<StreamFacts, string> {
  const start = uint32(stream, 4) === JP2_SIGNATURE ? codestreamInBoxes(stream) : 0;
  if (start === null || uint16(stream, start) !== SOC || uint16(stream, start + 2) !== SIZ) return fail(DAMAGED);
  const size = start + 4;
  if (uint16(stream, size) < SIZ_BYTES_OF_ONE_COMPONENT) return fail(DAMAGED);
  // A grey image has no subsampled component; decoders disagree on what it would be.
  if (stream[size + 39] !== 1 || stream[size + 40] !== 1) return fail(DAMAGED);
  const depth = stream[size + 38] ?? 0;
  const facts: StreamFacts = {
    columns: uint32(stream, size + 4) - uint32(stream, size + 12),
    rows: uint32(stream, size + 8) - uint32(stream, size + 16),
    components: uint16(stream, size + 36),
    precision: (depth & 0x7f) + 1,
    isSigned: depth >= 0x80,
  };
  const seen = new Set<number>();
  let at = size;
  for (let marker = SIZ; marker !== SOT; marker = uint16(stream, at - 2)) {
    const length = uint16(stream, at);
    if (!MAIN_HEADER.has(marker) || length < 2 || at + length > stream.length) return fail(DAMAGED);
    seen.add(marker);
    at += length + 2;
  }
  if (!seen.has(COD) || !seen.has(QCD)) return fail(DAMAGED);
  for (at -= 2; uint16(stream, at) === SOT; ) {
    const length = uint32(stream, at + 6);
    // 0 stands for "up to the end", in the last tile part only.
    if (length === 0) return ok(facts);
    if (length < 14 || at + length > stream.length) return fail(CUT_OFF);
    at += length;
  }
  return uint16(stream, at) === EOC && isPadding(stream, at + 2) ? ok(facts) : fail(DAMAGED);
}

/** Some writers put a whole JP2 file into the frame: its boxes, T.800 annex I. */
function codestreamInBoxes(stream: Uint8Array): number | null {
  for (let at = 0; at + 8 <= stream.length; ) {
    const length = uint32(stream, at);
    if (uint32(stream, at + 4) === 0x6a703263) return at + 8;
    if (length < 8) return null;
    at += length;
  }
  return null;
}
