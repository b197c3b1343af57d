import type { Result } from '#src/lib/result.ts';
import type { StreamFacts } from '../coded-stream.ts';
import type { Numbers } from '../stored-bits.ts';

/** One codestream, transferred: JPEG 2000 to decode, or a lossless JPEG to look through. */
export type CodecRequest =
  | { readonly kind: 'decode'; readonly stream: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'read'; readonly stream: Uint8Array<ArrayBuffer>; readonly transferSyntaxUid: string };

export type CodecReply =
  | { readonly kind: 'done'; readonly values: Numbers }
  | { readonly kind: 'read'; readonly facts: Result<StreamFacts, string> | null }
  | { readonly kind: 'failed'; readonly message: string };
