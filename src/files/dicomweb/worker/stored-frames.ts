import { countOf, type JsonDataSet } from './dicom-json.ts';

/** A part of a frames answer as dicomweb-client gives it: the bytes, with what their header says of them. */
export type FramePart = ArrayBuffer & { readonly contentType?: string | null; readonly transferSyntaxUID?: string | null };

/** Frames of one instance, in order, in the encoding of a Part 10 file. */
export type StoredFrames = { readonly transferSyntaxUid: string; readonly frames: readonly ArrayBuffer[] };

const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
const NATIVE_LITTLE = new Set(['1.2.840.10008.1.2', EXPLICIT_LITTLE]);
// The bytes of these on the wire are read differently by different servers; whole instances leave no doubt.
const DOUBTFUL = new Set(['1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.8.1']);

/**
 * What the parts of a frames answer hold, or null where that is not certain: then the whole instance must be fetched.
 * Nothing is guessed from a media type alone. Uncompressed frames must have the very length that the header gives them.
 */
export function storedFrames(parts: readonly FramePart[], count: number, metadata: JsonDataSet): StoredFrames | null {
  if (parts.length !== count) return null;
  const syntaxes = new Set(parts.map(syntaxOf));
  const [transferSyntaxUid] = syntaxes;
  if (syntaxes.size !== 1 || typeof transferSyntaxUid !== 'string' || DOUBTFUL.has(transferSyntaxUid)) return null;
  if (!NATIVE_LITTLE.has(transferSyntaxUid)) return parts.every(({ byteLength }) => byteLength > 0) ? { transferSyntaxUid, frames: parts } : null;
  const frameBytes = nativeFrameBytes(metadata);
  if (frameBytes === null) return null;
  const isRight = parts.every(({ byteLength }) => byteLength === frameBytes || byteLength === frameBytes + (frameBytes % 2));
  return isRight ? { transferSyntaxUid: EXPLICIT_LITTLE, frames: parts.map((part) => part.slice(0, frameBytes)) } : null;
}

/** Explicit little endian is what an octet stream is in when its header says nothing, PS3.18 section 8.7.3.5. */
function syntaxOf({ contentType, transferSyntaxUID }: FramePart): string | null {
  const type = contentType?.trim().toLowerCase() ?? '';
  const uid = transferSyntaxUID?.replaceAll('"', '').trim() ?? '';
  if (type !== 'application/octet-stream' && !type.startsWith('image/')) return null;
  if (/^\d[\d.]+$/.test(uid)) return uid;
  return type === 'application/octet-stream' && uid === '' ? EXPLICIT_LITTLE : null;
}

function nativeFrameBytes(metadata: JsonDataSet): number | null {
  const [rows, columns, bitsAllocated] = [countOf(metadata, '00280010'), countOf(metadata, '00280011'), countOf(metadata, '00280100')];
  const samples = countOf(metadata, '00280002') ?? 1;
  if (rows === null || columns === null || bitsAllocated === null || bitsAllocated % 8 !== 0) return null;
  return (rows * columns * samples * bitsAllocated) / 8;
}
