import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, type Page } from '@playwright/test';

/** Where the application cannot start, the page says why in one sentence and starts nothing. */
async function expectSentence(page: Page, words: string): Promise<void> {
  const root = page.locator('#root');
  await expect(root).toHaveText(new RegExp(`^[^.]*${words}.*\\.$`));
  // The application would have taken its place by now.
  await page.waitForLoadState('networkidle');
  await expect(root).toHaveAttribute('data-cannot-start', '');
  await expect(root.locator('*')).toHaveCount(1);
}

test('a browser that is too old says which would do', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(AbortSignal, 'any'));
  await page.goto('/');
  await expectSentence(page, 'too old for OsteoLens: it needs Chrome or Edge 116, Firefox 124 or Safari 17.4');
});

test('a browser without WebAssembly, or without its SIMD, says so', async ({ page }) => {
  await page.addInitScript(() => {
    const { validate } = WebAssembly;
    // As an engine without SIMD: modules are valid but for its prefix.
    WebAssembly.validate = (bytes) => !new Uint8Array(bytes as ArrayBuffer).includes(0xfd) && validate(bytes);
  });
  await page.goto('/');
  await expectSentence(page, 'WebAssembly with SIMD is switched off');
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await page.goto('/');
  await expectSentence(page, 'WebAssembly with SIMD is switched off');
});

test('a plain http address says that https is needed', async ({ page }) => {
  const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
  await page.route('http://lens.example/**', (route) => {
    const { pathname } = new URL(route.request().url());
    const path = join('dist', pathname === '/' ? 'index.html' : pathname);
    return existsSync(path) ? route.fulfill({ body: readFileSync(path), contentType: types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream' }) : route.fulfill({ status: 404 });
  });
  await page.goto('http://lens.example/');
  await expectSentence(page, 'needs an https address');
});

test('the page opened as a file says that it needs its server', async ({ page }) => {
  await page.goto(pathToFileURL('dist/index.html').href);
  await expectSentence(page, 'cannot run from a file');
});
