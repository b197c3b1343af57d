import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readBundledNetworks } from './bundled-networks.ts';

const BASE = 'https://lens.example/osteolens/';
let lacking: string | null = null;
let broken: string | null = null;

/** A host that has public/ in the folder of the page, but for what a test takes away or breaks. */
async function fromPublic(url: URL): Promise<Response> {
  const path = url.href.startsWith(BASE) ? url.href.slice(BASE.length) : '';
  if (path === '' || path === lacking) return new Response('not here', { status: 404 });
  return new Response(path === broken ? '{"schemaVersion":1' : await readFile(new URL(`../../public/${path}`, import.meta.url)));
}

beforeEach(() => {
  [lacking, broken] = [null, null];
  vi.stubGlobal('fetch', fromPublic);
});
afterEach(() => vi.unstubAllGlobals());

const manifestOf = async (id: string) => JSON.parse(await readFile(new URL(`../../public/models/${id}/manifest.json`, import.meta.url), 'utf8')) as { readonly version: string; readonly warnings: readonly string[]; readonly file: { readonly sha256: string } };

it('tells of each network what its manifest says, with its own card', async () => {
  const read = await readBundledNetworks(BASE);
  if (!read.ok) throw new Error(read.error);
  const { density, spine } = read.value;
  const [level, finder] = [await manifestOf('osteolens-reference'), await manifestOf('osteolens-spine')];
  expect(density.facts).toMatchObject({ id: 'osteolens-reference', origin: 'bundled', version: level.version, sha256: level.file.sha256, warnings: level.warnings });
  expect(spine.facts).toMatchObject({ id: 'osteolens-spine', version: finder.version, sha256: finder.file.sha256, warnings: finder.warnings });
  expect(density.card).toMatch(/^# OsteoLens reference network/);
  expect(spine.card).toMatch(/^# OsteoLens spine finder/);
});

it.each(['models/index.json', 'models/osteolens-reference/model-card.md', 'models/osteolens-spine/manifest.json'])('says in one sentence that %s is gone or broken', async (path) => {
  const sentence = 'The networks that come with OsteoLens could not be read; check the connection and open this list again.';
  lacking = path;
  expect(await readBundledNetworks(BASE)).toEqual({ ok: false, error: sentence });
  [lacking, broken] = [null, path];
  // A card is text, whatever it says.
  if (path.endsWith('.json')) expect(await readBundledNetworks(BASE)).toEqual({ ok: false, error: sentence });
});
