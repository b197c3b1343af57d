import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOfflineCopy } from './offline-copy.ts';

const page = { version: '1.0.0', build: 'aaaa1111' };

afterEach(() => vi.unstubAllGlobals());

type Container = { readonly register?: () => Promise<unknown>; readonly getRegistration?: () => Promise<unknown> };

async function startOn({ isSecure = true, container }: { readonly isSecure?: boolean; readonly container?: Container }) {
  vi.stubGlobal('isSecureContext', isSecure);
  const serviceWorker = container && { addEventListener: () => undefined, getRegistration: () => Promise.resolve(undefined), ...container };
  vi.stubGlobal('navigator', serviceWorker === undefined ? {} : { serviceWorker });
  const copy = createOfflineCopy({ page, groups: Promise.resolve(['app']), storage: null, reload: () => undefined });
  await copy.start();
  return copy.store.getState().copy;
}

describe('a page that can have no offline copy says why', () => {
  it.each([
    ['plain http from another computer', { isSecure: false }, 'offline-insecure'],
    ['a private window without service workers', {}, 'offline-refused'],
    ['site data blocked', { container: { register: () => Promise.reject(new DOMException('denied', 'SecurityError')) } }, 'offline-refused'],
    ['service workers kept away by an add-on', { container: { register: () => Promise.resolve(undefined) } }, 'offline-refused'],
    ['sw.js not on the server', { container: { register: () => Promise.reject(new TypeError('404')) } }, 'offline-missing'],
    ['a worker that was discarded', { container: { register: () => Promise.resolve(registrationOf('redundant')) } }, 'offline-missing'],
  ])('%s', async (_, situation, code) => {
    const copy = await startOn(situation);
    expect(copy).toMatchObject({ state: 'failed', problem: { code } });
    if (copy.state === 'failed') expect(copy.problem.sentence).toMatch(/^No offline copy: [^.]+\.?[^.]*\.$/);
  });

  it('goes on with the copy that is there where sw.js cannot be read again', async () => {
    const container = { register: () => Promise.reject(new TypeError('offline')), getRegistration: () => Promise.resolve(registrationOf('activated')) };
    expect(await startOn({ container })).toEqual({ state: 'ready', hasDemo: false, bytes: 7 });
  });
});

/** A registration whose worker has the whole of the page's build. */
function registrationOf(state: ServiceWorkerState) {
  const builds = [{ ...page, kept: 3, total: 3, isWhole: true, hasExtras: false, bytes: 7 }];
  const worker = Object.assign(new EventTarget(), {
    state,
    postMessage: (_request: unknown, [port]: [MessagePort]) => port.postMessage({ ok: true, value: { own: page, chosen: page.build, isPinned: false, builds } }),
  });
  return Object.assign(new EventTarget(), { active: worker, waiting: null, installing: null });
}
