import { cache, init as initCore, getShouldUseCPURendering, metaData } from '@cornerstonejs/core';
import { init as initLoader } from '@cornerstonejs/dicom-image-loader';
import { logging } from '@cornerstonejs/utils';
import { makeImageRegistry, type ImageRegistry } from './metadata-provider.ts';

const MAX_DECODE_WORKERS = 4;
/** Above every provider that Cornerstone registers itself. */
const OUR_PROVIDER_PRIORITY = 10_000;

export type Cornerstone = {
  readonly images: ImageRegistry;
  readonly decodeWorkers: number;
  /** False where the browser has no WebGL: slices can be read and measured, not drawn. */
  readonly canDraw: boolean;
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
  const decodeWorkers = Math.max(1, Math.min(MAX_DECODE_WORKERS, navigator.hardwareConcurrency || 1));
  initLoader({ maxWebWorkers: decodeWorkers });
  const images = makeImageRegistry();
  metaData.addProvider((type: string, imageId: unknown) => images.provide(type, imageId), OUR_PROVIDER_PRIORITY);
  return { images, decodeWorkers, canDraw: !getShouldUseCPURendering() };
}
