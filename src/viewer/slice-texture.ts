import type { vtkOpenGLTexture } from '@kitware/vtk.js/Rendering/OpenGL/Texture';
import { extend as extendTexture } from '@kitware/vtk.js/Rendering/OpenGL/Texture';
import { newInstance } from '@kitware/vtk.js/macros';
import { placeFence, ranOutOfMemory } from './card-state.ts';
import type { HuSlice } from './hu-slice.ts';
import { toHalfFloats } from './half-float.ts';
import { makeUploadQueue } from './upload-queue.ts';

/** What Cornerstone's mapper asks of the texture of a volume that fills slice by slice, and the way in for slices. */
export type SliceTexture = vtkOpenGLTexture & {
  /** To the GPU as soon as it takes it, where the texture is there already; else when the first frame makes it. */
  putSlice(k: number): void;
  /** The next frame can draw it. */
  readonly hasSlice: (k: number) => boolean;
  /** Resolves when every slice that was put is there, and `isOutOfMemory` says how it went. */
  readonly uploaded: () => Promise<void>;
  readonly isOutOfMemory: () => boolean;
};

/** The fields of vtk's texture that are used here. */
type TextureModel = {
  _openGLRenderWindow: { activateTexture(texture: object): void } | null;
  /** Null before the first frame; vtk's delete takes context and handle away altogether. */
  context?: WebGL2RenderingContext | null;
  handle?: WebGLTexture | 0;
  target: number;
  volumeInfo?: { dataComputedScale?: number[]; dataComputedOffset?: number[] };
};

type TextureMethods = { bind(): void; deactivate(): void; readonly updateVolumeInfoForGL: (dataType: string, components: number) => boolean };

/**
 * A volume's voxels on the GPU as 16-bit floats, whatever the card: half of what Cornerstone's own texture takes where 16-bit integers
 * cannot be filtered, and without its conversion of every slice to 32 bit. Slices go up between the frames, no faster than the card takes
 * them.
 * @param sliceAt a slice that was decoded
 */
export function makeSliceTexture([columns, rows, count]: readonly [number, number, number], sliceAt: (k: number) => HuSlice | null): SliceTexture {
  const extend = (publicApi: object, model: object, initialValues: object): void => {
    extendTexture(publicApi, model, initialValues);
    Object.assign(publicApi, methodsOf(publicApi as TextureMethods, model as TextureModel));
  };
  const methodsOf = (texture: TextureMethods, model: TextureModel): object => {
    const updateVolumeInfo = texture.updateVolumeInfoForGL;
    const scratch = new Uint16Array(columns * rows);
    let parameters: object = {};
    let isOutOfMemory = false;
    let isAnswerDue = false;
    const there = new Set<number>();
    const card = (): WebGL2RenderingContext | null => model.context ?? null;
    const isMade = (): boolean => (model.handle ?? 0) !== 0;
    const upload = (k: number): void => {
      const gl = card();
      const values = sliceAt(k);
      if (gl === null || !isMade() || values === null) return;
      there.add(k);
      toHalfFloats(values, scratch);
      model._openGLRenderWindow?.activateTexture(texture);
      texture.bind();
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texSubImage3D(model.target, 0, 0, 0, k, columns, rows, 1, gl.RED, gl.HALF_FLOAT, scratch);
      texture.deactivate();
    };
    const queue = makeUploadQueue({
      upload,
      mark() {
        const gl = card();
        return gl === null ? () => true : placeFence(gl);
      },
      onTaken() {
        // The one moment when an answer costs no wait for the card.
        const gl = card();
        if (isAnswerDue) isOutOfMemory = gl !== null && ranOutOfMemory(gl);
        isAnswerDue = false;
      },
      isHidden: () => document.hidden,
    });
    return {
      putSlice: (k: number) => { if (isMade()) queue.add(k); },
      hasSlice: (k: number) => (isMade() ? there.has(k) : sliceAt(k) !== null),
      uploaded: queue.done,
      isOutOfMemory: () => isOutOfMemory,
      useHalfFloat: () => true,
      updateVolumeInfoForGL(dataType: string, components: number): boolean {
        const isScaled = updateVolumeInfo(dataType, components);
        // The texture holds HU: nothing is to be scaled back.
        Object.assign(model.volumeInfo ?? {}, { dataComputedScale: [1], dataComputedOffset: [0] });
        return isScaled;
      },
      // The mapper takes a texture with this function for one that fills slice by slice.
      hasUpdatedFrames: () => false,
      setTextureParameters: (next: object) => { parameters = next; },
      getTextureParameters: () => (isMade() ? parameters : {}),
      /** Called after the texture was made, and before each frame. */
      update3DFromRaw: makeOnce(() => model.handle, () => {
        there.clear();
        isAnswerDue = true;
        // This frame draws them.
        for (let k = 0; k < count; k += 1) upload(k);
        queue.beginAgain();
      }),
    };
  };
  return newInstance(extend, 'OsteoLensSliceTexture')() as SliceTexture;
}

/** Runs once for each new key. */
function makeOnce(keyNow: () => unknown, run: () => void): () => void {
  let done: unknown = null;
  return () => {
    if (keyNow() === done) return;
    done = keyNow();
    run();
  };
}
