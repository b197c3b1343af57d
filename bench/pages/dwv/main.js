// dwv with the same data in three layer groups, one per orientation, as its multi-planar example shows.
import { App, AppOptions, ViewConfig } from 'dwv';

const configs = ['axial', 'sagittal', 'coronal'].map((orientation) => {
  const config = new ViewConfig(orientation);
  config.orientation = orientation;
  return config;
});
const app = new App();
app.init(new AppOptions({ '*': configs }));
const fail = (event) => { globalThis.benchError = String(event.error?.message ?? event.message ?? event.type); };
app.addEventListener('load', () => { globalThis.benchAllLoaded = true; });
app.addEventListener('error', fail);
app.addEventListener('loaderror', fail);

document.querySelector('input').addEventListener('change', (event) => app.loadFiles([...event.target.files]));
globalThis.benchReady = true;
