import '#src/lib/browser/allow-own-scripts.ts';
import '#src/lib/browser/no-generated-code.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '#src/app/app.tsx';
import { reloadForIsolation } from '#src/offline/index.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
// Where this browser cannot run it, public/check-browser.js has said so in the page.
const canStart = !root.hasAttribute('data-cannot-start');
// In development there is no service worker, and the server sends the headers.
if (canStart && !(import.meta.env.PROD && (await reloadForIsolation()))) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
