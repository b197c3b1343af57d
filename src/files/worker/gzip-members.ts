import { Inflate } from 'pako';
import { readStream } from './read-stream.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Unfolds a gzip file of several streams one after another, as bgzip, pigz and cat write them (RFC 1952 2.2). Browsers' own
 * DecompressionStream takes what follows the first for damage. Zeros behind the last stream are padding. Throws where a stream is damaged
 * or cut off.
 */
export async function* inflateMembers(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let member: Inflate | null = null;
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const bytes of readStream(blob.stream())) {
    for (let rest = member === null ? withoutZeros(bytes) : bytes; rest.length > 0; ) {
      if (member === null) {
        member = new Inflate({ chunkSize: CHUNK_BYTES });
        member.onData = (chunk) => {
          if (chunk instanceof Uint8Array) chunks.push(chunk.slice());
        };
      }
      member.push(rest, false);
      // What pako's types leave out.
      const { err: code, ended: hasEnded, strm } = member as unknown as { readonly err: number; readonly ended: boolean; readonly strm: { readonly avail_in: number } };
      if (code < 0) throw new Error('A gzip stream is damaged.');
      rest = hasEnded ? withoutZeros(rest.subarray(rest.length - strm.avail_in)) : rest.subarray(rest.length);
      if (hasEnded) member = null;
    }
    yield* chunks;
    chunks = [];
  }
  if (member !== null) throw new Error('A gzip stream is cut off.');
}

function withoutZeros(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const from = bytes.findIndex((byte) => byte !== 0);
  return from < 0 ? bytes.subarray(bytes.length) : bytes.subarray(from);
}
