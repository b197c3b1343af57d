// The pages that are compared. `canvases`: how many must show an image before the page counts as complete.
export const BASELINE = 'cornerstone';

export const PAGES = [
  {
    id: 'osteolens',
    title: 'OsteoLens',
    query: '?demo=no',
    canvases: 3,
    packages: [],
    // The app knows nothing of the bench: its progress element goes when the opening has ended, and a series is then marked as open.
    ready: '!!document.querySelector("[data-testid=welcome]")',
    allLoaded: '!document.querySelector("[data-testid=opening]") && !!document.querySelector("[data-testid=series-item][aria-current=true]")',
  },
  { id: 'cornerstone', title: 'Cornerstone, plain', canvases: 3, packages: ['@cornerstonejs/core', '@cornerstonejs/dicom-image-loader'] },
  { id: 'niivue', title: 'NiiVue + dicom-loader', canvases: 1, packages: ['@niivue/niivue', '@niivue/dicom-loader'] },
  { id: 'dwv', title: 'dwv', canvases: 3, packages: ['dwv'] },
].map((page) => ({ query: '', ready: 'globalThis.benchReady === true', allLoaded: 'globalThis.benchAllLoaded === true', ...page }));
