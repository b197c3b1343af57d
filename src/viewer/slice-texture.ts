import type { vtkOpenGLTexture } from '@kitware/vtk.js/Rendering/OpenGL/Texture';
import { extend as extendTexture } from '@kitware/vtk.js/Rendering/OpenGL/Texture';
import { newInstance } from '@kitware/vtk.js/macros';
import type { HuSlice } from './hu-slice.ts';
import { toHalfFloats } from './half-float.ts';

/** What Cornerstone's mapper asks of the texture of a volume that fills slice by slice, and the way in for slices. */
export type SliceTexture = vtkOpenGLTexture & {
  /** To the GPU now, where the texture is there already; else when the first frame makes it. */
  putSlice(k: number, values: HuSlice): void;
  readonly isOutOfMemory: () => boolean;
};

/** The fields of vtk's texture that are used here. */
type TextureModel = {
  _openGLRenderWindow: { activateTexture(texture: object): void } | null;
  context: WebGL2RenderingContext | null;
  handle: WebGLTexture | 0;
  target: number;
  volumeInfo?: { dataComputedScale?: number[]; dataComputedOffset?: number[] };
};

type TextureMethods = { bind(): void; deactivate(): void; readonly updateVolumeInfoForGL: (dataType: string, components: number) => boolean };

/**
 * A volume's voxels on the GPU as 16-bit floats, whatever the card: half of what Cornerstone's own texture takes where 16-bit integers
 * cannot be filtered, and without its conversion of every slice to 32 bit. Each slice goes up in the task that decoded it, so that no
 * frame has to upload what piled up.
 * @param sliceAt a slice that is there already, for a texture that is made late or again
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
    const upload = (k: number, values: HuSlice): void => {
      const gl = model.context;
      if (gl === null || model.handle === 0) return;
      toHalfFloats(values, scratch);
      model._openGLRenderWindow?.activateTexture(texture);
      texture.bind();
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texSubImage3D(model.target, 0, 0, 0, k, columns, rows, 1, gl.RED, gl.HALF_FLOAT, scratch);
      texture.deactivate();
    };
    return {
      putSlice: upload,
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
      getTextureParameters: () => (model.handle === 0 ? {} : parameters),
      /** Called after the texture was made, and before each frame. */
      update3DFromRaw: makeOnce(() => model.handle, () => {
        // The one moment when an answer is worth the wait for the card.
        isOutOfMemory = model.context !== null && model.context.getError() === model.context.OUT_OF_MEMORY;
        for (let k = 0; k < count; k += 1) {
          const values = sliceAt(k);
          if (values !== null) upload(k, values);
        }
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
