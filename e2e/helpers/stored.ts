import type { Page } from '@playwright/test';

/** One thing that the page's origin holds: where, and its bytes. */
export type Stored = { readonly where: string; readonly bytes: Buffer };

/** The app may replace a file between its being listed and read; then all is read once more. */
const TRIES = 5;

/** Every kind of storage of the page's origin, read from inside the page: web storage, cookies, databases, caches, private files. */
export async function everythingStored(page: Page): Promise<readonly Stored[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readEverything(page);
    } catch (error) {
      if (tries === TRIES || !/NotFoundError|NotReadableError/.test(String(error))) throw error;
    }
  }
}

async function readEverything(page: Page): Promise<readonly Stored[]> {
  const found = await page.evaluate(async () => {
    const out: { where: string; base64: string }[] = [];
    const put = async (where: string, blob: Blob) => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCodePoint(byte);
      out.push({ where, base64: btoa(text) });
    };
    for (const [name, area] of [['localStorage', localStorage], ['sessionStorage', sessionStorage]] as const) {
      for (const [key, value] of Object.entries(area)) await put(`${name} ${key}`, new Blob([key, ' ', String(value)]));
    }
    if (document.cookie !== '') await put('cookie', new Blob([document.cookie]));
    for (const { name } of await indexedDB.databases()) await put(`database ${name}`, new Blob([name ?? '']));
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = await cache.match(request);
        if (answer) await put(`cache ${name} ${request.url}`, await answer.blob());
      }
    }
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
        else await put(`file ${path}${name}`, await (handle as FileSystemFileHandle).getFile());
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return out;
  });
  return found.map(({ where, base64 }) => ({ where, bytes: Buffer.from(base64, 'base64') }));
}

/** Where these bytes are found. */
export function holds(stored: readonly Stored[], bytes: Buffer): readonly string[] {
  return stored.filter((one) => one.bytes.includes(bytes)).map(({ where }) => where);
}
