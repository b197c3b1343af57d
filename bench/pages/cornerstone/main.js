// A plain Cornerstone page as its documentation shows one: files into the loader's fileManager, all images loaded and cached so that
// their metadata is known, a streaming volume of them, three orthographic viewports.
import { Enums, eventTarget, imageLoader, init as initCore, RenderingEngine, setVolumesForViewports, volumeLoader } from '@cornerstonejs/core';
import { init as initLoader, wadouri } from '@cornerstonejs/dicom-image-loader';

const VIEWPORTS = ['axial', 'sagittal', 'coronal'];
const VOLUME_ID = 'cornerstoneStreamingImageVolume:bench';

initCore();
initLoader({ maxWebWorkers: navigator.hardwareConcurrency });
const engine = new RenderingEngine('bench');
engine.setViewports(VIEWPORTS.map((viewportId) => ({
  viewportId,
  type: Enums.ViewportType.ORTHOGRAPHIC,
  element: document.getElementById(viewportId),
  defaultOptions: { orientation: Enums.OrientationAxis[viewportId.toUpperCase()] },
})));

eventTarget.addEventListener(Enums.Events.IMAGE_VOLUME_LOADING_COMPLETED, () => { globalThis.benchAllLoaded = true; });

async function open(files) {
  const imageIds = files.map((file) => wadouri.fileManager.add(file));
  await Promise.all(imageIds.map((imageId) => imageLoader.loadAndCacheImage(imageId)));
  const volume = await volumeLoader.createAndCacheVolume(VOLUME_ID, { imageIds });
  volume.load();
  await setVolumesForViewports(engine, [{ volumeId: VOLUME_ID }], VIEWPORTS);
  engine.renderViewports(VIEWPORTS);
}

document.querySelector('input').addEventListener('change', (event) => {
  open([...event.target.files]).catch((error) => { globalThis.benchError = String(error?.message ?? error?.error?.message ?? error); });
});
globalThis.benchReady = true;
