import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';

export type Files = ReadonlyMap<string, Uint8Array>;

/** A zip of files, optionally under a folder in it. */
export async function zipOf(files: Files, folder = ''): Promise<Buffer> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const [name, content] of files) await writer.add(`${folder}${name}`, new Uint8ArrayReader(content));
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

/** A folder on the disk with these files. @returns its path */
export function writeFolder(name: string, files: Files): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'osteolens-')), name);
  for (const [file, content] of files) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** Drops files on the page, as a file manager does. */
export async function drop(page: Page, files: Files): Promise<void> {
  const dropped = [...files].map(([name, content]) => ({ name, base64: Buffer.from(content).toString('base64') }));
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0)], name));
    window.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, dropped);
}
