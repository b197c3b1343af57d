/** The codecs that the page runs in its workers, in Node: the same modules of dicom-image-loader and the same wasm files. */
import { copyFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { decodeJpeg2000, type OpenJpeg } from '#src/viewer/codec/jpeg-2000.ts';
import { codecBits, isJpeg2000 } from '#src/viewer/coded-stream.ts';
import type { Numbers } from '#src/viewer/stored-bits.ts';

type ImageFrame = Record<string, unknown>;
type DecodeImageFrame = (frame: ImageFrame, transferSyntaxUid: string, stream: Uint8Array, config: { wasmBasePath: string }, options: { preScale: { enabled: false } }) => Promise<{ pixelData: Numbers }>;

const WASM = ['codec-openjpeg/decodewasm', 'codec-charls/decodewasm', 'codec-libjpeg-turbo-8bit/decodewasm', 'codec-openjph/wasm'];

export type NodeCodecs = (stream: Uint8Array, header: SliceHeader) => Promise<Numbers>;

/** @returns what stands for Cornerstone's decodeTask: one frame to samples, or a rejection */
export async function loadNodeCodecs(): Promise<NodeCodecs> {
  const require = createRequire(import.meta.url);
  const loader = path.dirname(require.resolve('@cornerstonejs/dicom-image-loader'));
  const requireFromLoader = createRequire(path.join(loader, 'index.js'));
  const wasmBasePath = mkdtempSync(path.join(tmpdir(), 'osteolens-codecs-'));
  for (const name of WASM) {
    const file = requireFromLoader.resolve(`@cornerstonejs/${name}`);
    copyFileSync(file, path.join(wasmBasePath, path.basename(file)));
  }
  // The package names no entry for the worker's own module.
  const worker = (await import(pathToFileURL(path.join(loader, 'decodeImageFrameWorker.js')).href)) as { decodeImageFrame: DecodeImageFrame };
  const openJpegFactory = requireFromLoader('@cornerstonejs/codec-openjpeg/decodewasmjs') as (options: { locateFile: (name: string) => string }) => Promise<OpenJpeg>;
  const openJpeg = await openJpegFactory({ locateFile: (name) => path.join(wasmBasePath, name) });
  return async (stream, header) => {
    if (isJpeg2000(header.transferSyntaxUid)) return decodeJpeg2000(openJpeg, stream).values;
    const allocated = codecBits(header);
    const frame = {
      samplesPerPixel: 1, photometricInterpretation: header.photometricInterpretation ?? 'MONOCHROME2', planarConfiguration: 0,
      rows: header.rows, columns: header.columns, bitsAllocated: allocated, bitsStored: allocated, pixelRepresentation: header.pixelRepresentation ?? 0,
    };
    const { pixelData } = await worker.decodeImageFrame(frame, header.transferSyntaxUid, stream, { wasmBasePath }, { preScale: { enabled: false } });
    return pixelData;
  };
}
