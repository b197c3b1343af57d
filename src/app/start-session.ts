import packageFacts from '../../package.json' with { type: 'json' };
import { createInferenceEngine } from '#src/inference/index.ts';
import { createSession, type Session } from '#src/session/index.ts';
import { createViewer } from '#src/viewer/index.ts';

let session: Session | null = null;

/** Made once: React's StrictMode calls initialisers twice, and the page must have one viewer and one engine. */
export function startSession(): Session {
  if (session) return session;
  session = createSession({
    viewer: createViewer(),
    engine: createInferenceEngine(location.search),
    baseUrl: new URL('./', document.baseURI).href,
    appVersion: packageFacts.version,
  });
  void session.loadModel();
  const query = new URLSearchParams(location.search);
  const url = query.get('url');
  if (url !== null) void session.openUrl(url);
  else if (query.get('demo') !== 'no') void session.openDemo();
  return session;
}
