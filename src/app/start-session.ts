import packageFacts from '../../package.json' with { type: 'json' };
import { createInferenceEngine, createModelChecker, createSpineFinder, openLocalStorage } from '#src/inference/index.ts';
import { createSession, SPINE_FOLDER, type Session } from '#src/session/index.ts';
import { createViewer } from '#src/viewer/index.ts';
import { runtimeFacts } from './runtime-facts.ts';

let session: Session | null = null;

/** Made once: React's StrictMode calls initialisers twice, and the page must have one viewer and one engine. */
export function startSession(): Session {
  if (session) return session;
  const query = new URLSearchParams(location.search);
  const runtime = runtimeFacts();
  session = createSession({
    viewer: createViewer({ maxMegabytes: megabytesOf(query.get('maxMegabytes')), drawWith: drawingOf(query.get('draw')) }),
    engine: createInferenceEngine(location.search, runtime),
    spineFinder: createSpineFinder(new URL(SPINE_FOLDER, document.baseURI).href, runtime),
    checkModel: createModelChecker(runtime),
    baseUrl: new URL('./', document.baseURI).href,
    appVersion: packageFacts.version,
    storage: openLocalStorage(),
    proposesSpine: query.get('spine') !== 'no',
  });
  const url = query.get('url');
  const server = query.get('dicomweb');
  if (url !== null) void session.openUrl(url);
  else if (server !== null) {
    const series = { studyInstanceUid: query.get('study') ?? '', seriesInstanceUid: query.get('series') ?? '' };
    void session.openServerSeries({ root: server, token: '' }, series);
  }
  else if (query.get('demo') !== 'no') void session.openDemo();
  return session;
}

/** A positive number, or null for anything else. */
function megabytesOf(text: string | null): number | null {
  const value = Number(text);
  return text !== null && value > 0 && Number.isFinite(value) ? value : null;
}

function drawingOf(text: string | null): 'webgl' | 'canvas' | null {
  return text === 'webgl' || text === 'canvas' ? text : null;
}
