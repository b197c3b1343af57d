import type { FileEntry } from '#src/files/index.ts';

/** The bundled synthetic study, as if its zip had been dropped. Rejects with a sentence when it is not there. */
export async function fetchDemo(baseUrl: string): Promise<readonly FileEntry[]> {
  const response = await fetch(new URL('demo/demo-study.zip', baseUrl));
  if (!response.ok) throw new Error(`the demo study is missing from this copy of OsteoLens, HTTP ${response.status}`);
  return [{ name: 'demo-study.zip', blob: new File([await response.blob()], 'demo-study.zip', { type: 'application/zip' }) }];
}
