import type { Numbers } from '../stored-bits.ts';

/** One codestream, transferred. */
export type CodecRequest = { readonly stream: Uint8Array<ArrayBuffer> };

export type CodecReply = { readonly kind: 'done'; readonly values: Numbers } | { readonly kind: 'failed'; readonly message: string };
