// Draws public/icons/ from public/favicon.svg with the Chromium that the tests use. Run again when the drawing changes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { findChromium, HOW_TO_GET_CHROMIUM } from './find-chromium.mjs';
import { fail } from './check-node.mjs';

const executablePath = await findChromium();
if (!executablePath) fail(HOW_TO_GET_CHROMIUM);
const svg = readFileSync('public/favicon.svg', 'utf8');
const GROUND = '#12171d';
mkdirSync('public/icons', { recursive: true });

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const { name, size, share, ground } of [
  { name: 'icon-192', size: 192, share: 1, ground: 'transparent' },
  { name: 'icon-512', size: 512, share: 1, ground: 'transparent' },
  // Platforms cut a maskable icon to a shape: everything that matters lies in the inner 80 %.
  { name: 'icon-maskable-512', size: 512, share: 0.72, ground: GROUND },
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const side = Math.round(size * share);
  const margin = (size - side) / 2;
  await page.setContent(`<style>html,body{margin:0;background:${ground}}svg{display:block;width:${side}px;height:${side}px;margin:${margin}px}</style>${svg}`);
  writeFileSync(`public/icons/${name}.png`, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
