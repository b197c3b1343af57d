// NiiVue with its DICOM loader (dcm2niix as WebAssembly), as its folder drop does it, with the three planes and no 3D rendering.
import { dicomLoader } from '@niivue/dicom-loader';
import { Niivue, NVImage, SHOW_RENDER } from '@niivue/niivue';

const nv = new Niivue({ backColor: [0, 0, 0, 1], loadingText: '', multiplanarShowRender: SHOW_RENDER.NEVER });
await nv.attachToCanvas(document.getElementById('view'));
nv.useDicomLoader({ loader: dicomLoader });
nv.setSliceType(nv.sliceTypeMultiplanar);

async function open(files) {
  const converted = await nv.getDicomLoader().loader(files);
  const images = await Promise.all(converted.map(({ data, name }) => NVImage.loadFromUrl({ url: data, name })));
  if (images.length === 0) throw new Error('dcm2niix made no volume of these files');
  nv.addVolume(images[0]);
  globalThis.benchAllLoaded = true;
}

document.querySelector('input').addEventListener('change', (event) => {
  open([...event.target.files]).catch((error) => { globalThis.benchError = String(error?.message ?? error); });
});
globalThis.benchReady = true;
