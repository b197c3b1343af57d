import type { Numbers } from '../stored-bits.ts';

/** What is used of OpenJPEG's wasm build; Emscripten objects live in wasm memory until `delete`. */
export type OpenJpeg = {
  readonly J2KDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): { readonly width: number; readonly height: number; readonly bitsPerSample: number; readonly componentCount: number; readonly isSigned: boolean };
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  };
};

export type Samples = { readonly width: number; readonly height: number; readonly values: Numbers & { readonly buffer: ArrayBuffer } };

/**
 * Decodes one grey JPEG 2000 or HTJ2K codestream; throws where OpenJPEG cannot.
 * A decoder of its own for each: after a stream that fails, OpenJPEG's wrapper says nothing and hands out the picture
 * that it decoded before. A fresh one has none to hand out.
 */
export function decodeJpeg2000(codec: OpenJpeg, stream: Uint8Array): Samples {
  const decoder = new codec.J2KDecoder();
  try {
    decoder.getEncodedBuffer(stream.length).set(stream);
    decoder.decode();
    const { width, height, bitsPerSample, componentCount, isSigned } = decoder.getFrameInfo();
    const decoded = decoder.getDecodedBuffer().slice();
    const bytesPerSample = bitsPerSample > 8 ? 2 : 1;
    if (componentCount !== 1 || decoded.length === 0 || decoded.length !== width * height * bytesPerSample) throw new Error('The stream cannot be decoded.');
    return { width, height, values: samplesOf(decoded.buffer as ArrayBuffer, bytesPerSample, isSigned) };
  } finally {
    decoder.delete();
  }
}

function samplesOf(buffer: ArrayBuffer, bytesPerSample: number, isSigned: boolean): Samples['values'] {
  if (bytesPerSample === 1) return isSigned ? new Int8Array(buffer) : new Uint8Array(buffer);
  return isSigned ? new Int16Array(buffer) : new Uint16Array(buffer);
}
