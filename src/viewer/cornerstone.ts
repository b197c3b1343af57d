import { cache, getRenderingCapabilities, init as initCore, metaData } from '@cornerstonejs/core';
import { logging } from '@cornerstonejs/utils';
import { initWithoutWorkers } from './codec/cornerstone-codecs.ts';
import { makeImageRegistry, type ImageRegistry } from './metadata-provider.ts';

/** Above every provider that Cornerstone registers itself. */
const OUR_PROVIDER_PRIORITY = 10_000;

export type Cornerstone = {
  readonly startDecodeWorker: () => Worker;
  readonly images: ImageRegistry;
  /** What WebGL 2 draws with: imitated where the browser does a graphics card's work with the processor, none where it has no WebGL 2. */
  readonly card: 'real' | 'imitated' | 'none';
};

let started: Cornerstone | null = null;

/** The part of loglevel's root logger that is used here; Cornerstone exports it untyped. */
type RootLog = {
  readonly getLoggers: () => Readonly<Record<string, { readonly setLevel: (level: 'silent', persist: boolean) => void }>>;
};

/**
 * Every failure reaches our caller as a value; Cornerstone's own log would tell it a second time. Its loggers do not
 * inherit levels from each other, so each is turned down; nothing is written to localStorage.
 */
function silenceLogs(): void {
  // Typed by whatever 'dcmjs' is declared as; what is used of it is stated above.
  const root = logging.log as unknown as RootLog;
  for (const logger of Object.values(root.getLoggers())) logger.setLevel('silent', false);
}

/** Starts Cornerstone once for the page; its cache, workers and providers are page-wide singletons. */
export function startCornerstone(): Cornerstone {
  started ??= start();
  return started;
}

function start(): Cornerstone {
  silenceLogs();
  // All orthographic viewports share the pool's first context; the six others would be opened and never used.
  initCore({ rendering: { webGlContextCount: 1 }, debug: {} });
  // What fits is decided before a series is opened, by memory-budget.ts.
  cache.setMaxCacheSize(Number.MAX_SAFE_INTEGER);
  const startDecodeWorker = initWithoutWorkers();
  const images = makeImageRegistry();
  metaData.addProvider((type: string, imageId: unknown) => images.provide(type, imageId), OUR_PROVIDER_PRIORITY);
  const { webgl2, softwareRasterizer } = getRenderingCapabilities();
  return { images, startDecodeWorker, card: !webgl2 ? 'none' : softwareRasterizer ? 'imitated' : 'real' };
}
