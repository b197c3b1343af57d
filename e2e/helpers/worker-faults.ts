import type { Page } from '@playwright/test';

/** Names that the app gives its workers; Cornerstone's have none. */
export type WorkerName = 'osteolens-inference' | 'osteolens-spine' | 'osteolens-levels' | 'osteolens-bodies' | 'osteolens-storage' | 'codec' | 'files' | 'dicomweb' | '';

const ASK = '/ask-for-fault';

/** What comes back with an answer that is worth dying before: the work was done, and is lost. */
const LAST_WORDS: Readonly<Record<WorkerName, string>> = {
  'osteolens-inference': '"outputs" in (message.result?.value ?? {})',
  'osteolens-spine': '"found" in (message.result?.value ?? {})',
  'osteolens-levels': 'message.found?.kind === "inspect"',
  'osteolens-bodies': '"snap" in message',
  'osteolens-storage': 'message.result?.ok && message.result.value === null',
  'codec': 'message.kind === "done"',
  'files': 'message.kind === "done"',
  'dicomweb': 'message.kind === "done"',
  '': '"value" in message',
};

/**
 * Real workers of the built page that end without a word when they have done their work and are about to say so, as where the browser kills them:
 * `self.close()` fires no event anywhere. Call it before the page loads.
 * @param times how many workers of this name die
 * @returns how many have died
 */
export async function killWorkers(page: Page, name: WorkerName, times: number): Promise<() => number> {
  const died = await killWorkersOf(page, [name], times);
  return () => died()[0] ?? 0;
}

/** As killWorkers, of several names; the answer is in their order. */
export async function killWorkersOf(page: Page, names: readonly WorkerName[], times: number): Promise<() => readonly number[]> {
  const asked = names.map(() => 0);
  const died = names.map(() => 0);
  await page.route(`**${ASK}*`, async (route) => {
    const [, what, number] = /\?(start|death)(\d+)$/.exec(route.request().url()) ?? [];
    const n = Number(number);
    const counts = what === 'start' ? asked : died;
    counts[n] = (counts[n] ?? 0) + 1;
    await route.fulfill({ body: what === 'start' && (asked[n] ?? 0) <= times ? 'die' : 'live' });
  });
  await prependToWorkers(page, names.map((name, n) => dyingAs(name, n)).join('\n'));
  return () => died;
}

function dyingAs(name: WorkerName, number: number): string {
  return `
    if (self.name === ${JSON.stringify(name)}) {
      const ask = (what) => {
        const request = new XMLHttpRequest();
        request.open('GET', '${ASK}?' + what + ${number}, false);
        request.send();
        return request.responseText;
      };
      if (ask('start') === 'die') {
        const post = self.postMessage.bind(self);
        let isDead = false;
        self.postMessage = (message, ...rest) => {
          if (!isDead && !(${LAST_WORDS[name]})) return post(message, ...rest);
          if (!isDead) { ask('death'); self.close(); }
          isDead = true;
        };
      }
    }
  `;
}

/** Runs a script in every worker of the built page before its own; modules that it imports come first. */
export async function prependToWorkers(page: Page, script: string): Promise<void> {
  await page.route(/assets\/([\w-]*entry|decodeImageFrameWorker)-[\w-]+\.js/, async (route) => {
    const response = await route.fetch();
    // A test may end while a worker is still being started: then there is nobody to answer.
    const text = await response.text().catch(() => null);
    if (text !== null) await route.fulfill({ response, body: `${script}\n;${text}` });
  });
}
