// Put into every page before its own scripts, the same for all. Clocks start at the file input's change event.
// Canvases are copied as bitmaps and read in a worker, so that watching them does not itself block the main thread.
globalThis.benchWatch = ({ isLoaded, canvases: wanted }) => {
  const STILL_MS = 600;
  const FIRST_IMAGE_EVERY_MS = 40;
  const LIT_SHARE = 0.05;
  const result = { startedMs: null, firstImageMs: null, allLoadedMs: null, completeMs: null, longestTaskMs: 0, longTaskTotalMs: 0 };
  globalThis.benchResult = result;

  const reader = new Worker(URL.createObjectURL(new Blob([`
    const canvas = new OffscreenCanvas(96, 96);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    onmessage = ({ data: bitmaps }) => postMessage(bitmaps.map((bitmap) => {
      context.clearRect(0, 0, 96, 96);
      context.drawImage(bitmap, 0, 0, 96, 96);
      bitmap.close();
      const { data } = context.getImageData(0, 0, 96, 96);
      let lit = 0, hash = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] + data[i + 1] + data[i + 2] > 96) lit += 1;
        hash = (Math.imul(hash, 31) + data[i] + 256 * data[i + 1] + 65536 * data[i + 2]) | 0;
      }
      return { litShare: lit / (96 * 96), hash };
    }));
  `], { type: 'text/javascript' })));

  const look = async () => {
    const atMs = performance.now();
    const shown = [...document.querySelectorAll('canvas')].filter((canvas) => canvas.width > 1 && canvas.height > 1 && canvas.checkVisibility());
    const bitmaps = await Promise.all(shown.map((canvas) => createImageBitmap(canvas)));
    const seen = await new Promise((resolve) => {
      reader.onmessage = ({ data }) => resolve(data);
      reader.postMessage(bitmaps, bitmaps);
    });
    return { atMs, lit: seen.filter(({ litShare }) => litShare > LIT_SHARE).length, hash: seen.map(({ hash }) => hash).join() };
  };

  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask' });

  const nextFrame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  const watch = async () => {
    const start = result.startedMs;
    let lastLookMs = 0;
    let last = null;
    let changedMs = 0;
    while (result.completeMs === null) {
      await nextFrame();
      const now = performance.now();
      if (result.allLoadedMs === null && isLoaded()) result.allLoadedMs = now - start;
      // Between the first image and the page's own word that all is loaded nothing is read back.
      const isDue = result.firstImageMs === null ? now - lastLookMs >= FIRST_IMAGE_EVERY_MS : result.allLoadedMs !== null;
      if (!isDue) continue;
      lastLookMs = now;
      const seen = await look();
      if (result.firstImageMs === null && seen.lit > 0) result.firstImageMs = seen.atMs - start;
      if (result.allLoadedMs === null) continue;
      if (seen.hash !== last?.hash) changedMs = seen.atMs;
      last = seen;
      if (seen.lit >= wanted && seen.atMs - changedMs >= STILL_MS) {
        const endMs = Math.max(changedMs, start + result.allLoadedMs);
        const during = tasks.filter((task) => task.startTime + task.duration > start && task.startTime < endMs);
        result.longestTaskMs = Math.max(0, ...during.map(({ duration }) => duration));
        result.longTaskTotalMs = during.reduce((sum, { duration }) => sum + duration, 0);
        result.completeMs = endMs - start;
      }
    }
  };

  addEventListener('change', (event) => {
    if (event.target?.type !== 'file' || result.startedMs !== null) return;
    result.startedMs = performance.now();
    watch().catch((error) => { globalThis.benchError = `probe: ${error.message}`; });
  }, true);
};

// A WebGL canvas in the page (NiiVue's) cannot be copied after its frame without this; canvases outside it are left alone.
const { value: getContext } = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, 'getContext');
HTMLCanvasElement.prototype.getContext = function keepDrawn(kind, options) {
  const isWebGl = kind === 'webgl' || kind === 'webgl2';
  return getContext.call(this, kind, isWebGl && this.isConnected ? { ...options, preserveDrawingBuffer: true } : options);
};
