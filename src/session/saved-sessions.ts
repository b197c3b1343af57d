import { z } from 'zod';
import { VERTEBRAE, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import { readPicks } from '#src/core/results/session-file.ts';
import { ok, type Result } from '#src/lib/result.ts';
import type { PrivateFolder, StorageProblem } from '#src/storage/index.ts';
import { applyPicksFile } from './apply-picks-file.ts';
import { describeExports, makeExports, type ExportedFile } from './export-results.ts';
import { tell } from './messages.ts';
import { randomName } from './random-name.ts';
import { pickSets } from './selectors.ts';
import type { SessionStore } from './state.ts';

/*
 * Sessions that the user keeps in this browser: what a results file holds, under a title of the user's own. Written only when asked
 * for, and placed on a series only when asked for.
 */

/** What is listed of one kept session. */
export type KeptSession = {
  readonly id: string;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly keptAt: string;
  readonly levels: readonly VertebraName[];
  readonly seriesInstanceUid: string | null;
  readonly bytes: number;
};

export type SavedSessions = {
  /** Reads the list anew. */
  readonly refresh: () => Promise<void>;
  /** Keeps all picks of the study with their results; one of the same title and series is replaced. The sentence where it could not be. */
  readonly keep: (title: string) => Promise<Result<null, StorageProblem>>;
  /** Places the picks of a kept session on the open series, as its file would be. */
  readonly place: (id: string) => Promise<void>;
  /** No more offered in this study. */
  readonly decline: (id: string) => void;
  /** The results file of a kept session; null where it cannot be read, which is said. */
  readonly exportOne: (id: string) => Promise<ExportedFile | null>;
  readonly erase: (id: string) => Promise<Result<null, StorageProblem>>;
};

const keptFile = z.object({
  format: z.literal('osteolens-kept-session'),
  version: z.literal(1),
  title: z.string().min(1),
  keptAt: z.iso.datetime(),
  results: z.looseObject({ seriesInstanceUid: z.string().nullable(), levels: z.array(z.looseObject({ level: z.enum(VERTEBRAE) })) }),
});
type KeptFile = z.infer<typeof keptFile>;

/**
 * @param askToStay asks the browser not to clear this origin's files by itself; its answer changes nothing here
 * @param now the time in ms since 1970
 */
export function createSavedSessions(store: SessionStore, folder: PrivateFolder, appVersion: string, askToStay: () => void, now: () => number): SavedSessions {
  async function readFile(id: string): Promise<KeptFile | null> {
    const read = await folder.read(id);
    if (!read.ok) return null;
    try {
      return keptFile.safeParse(JSON.parse(await read.value.text())).data ?? null;
    } catch {
      return null;
    }
  }

  async function refresh(): Promise<void> {
    const listed = await folder.list();
    const files = listed.ok ? listed.value : [];
    const sessions = await Promise.all(files.map(async ({ name, bytes, modifiedMs }): Promise<KeptSession> => {
      const file = await readFile(name);
      if (file === null) return { id: name, title: 'Unreadable, of another version of OsteoLens or damaged', keptAt: new Date(modifiedMs).toISOString(), levels: [], seriesInstanceUid: null, bytes };
      const { title, keptAt, results } = file;
      return { id: name, title, keptAt, levels: results.levels.map(({ level }) => level), seriesInstanceUid: results.seriesInstanceUid, bytes };
    }));
    store.setState({ keptSessions: sessions.toSorted((a, b) => b.keptAt.localeCompare(a.keptAt)) });
  }

  async function keep(title: string): Promise<Result<null, StorageProblem>> {
    const state = store.getState();
    const keptAt = new Date(now());
    const files = makeExports('json', state, appVersion, keptAt);
    const written: string[] = [];
    for (const { text } of files) {
      const results = JSON.parse(text) as KeptFile['results'];
      const same = state.keptSessions.find((one) => one.title === title && one.seriesInstanceUid === results.seriesInstanceUid && results.seriesInstanceUid !== null && !written.includes(one.id));
      const id = same?.id ?? randomName();
      const answer = await folder.write(id, new Blob([JSON.stringify({ format: 'osteolens-kept-session', version: 1, title, keptAt: keptAt.toISOString(), results } satisfies KeptFile)]));
      if (!answer.ok) {
        for (const done of written) if (state.keptSessions.every((one) => one.id !== done)) await folder.remove(done);
        await refresh();
        return answer;
      }
      written.push(id);
    }
    askToStay();
    await refresh();
    store.setState({ savedPicks: pickSets(state) });
    const toSay = describeExports(files, state);
    tell(store, 'note', `“${title}” is kept in this browser, listed under Settings, Storage.${toSay === null ? '' : ` ${toSay}`}`);
    return ok(null);
  }

  async function exportOne(id: string): Promise<ExportedFile | null> {
    const file = await readFile(id);
    const text = file === null ? null : `${JSON.stringify(file.results, null, 2)}\n`;
    if (file === null || text === null || !readPicks(text).ok) {
      tell(store, 'problem', 'The kept session cannot be read: it was written by another version of OsteoLens, or is damaged. Erase it under Settings, Storage.', 'app');
      return null;
    }
    return { name: `osteolens-${file.keptAt.slice(0, 19).replaceAll(':', '')}-${id.slice(0, 4)}.osteolens.json`, type: 'application/json', text };
  }

  return {
    refresh,
    keep,
    async place(id) {
      const { openSeriesId, keptSessions } = store.getState();
      const file = await exportOne(id);
      // Another series may have been opened meanwhile.
      if (file === null || store.getState().openSeriesId !== openSeriesId) return;
      const title = keptSessions.find((one) => one.id === id)?.title ?? '';
      applyPicksFile(store, { kind: 'results', name: `“${title}”`, text: file.text });
    },
    decline: (id) => store.setState({ declinedSessions: [...store.getState().declinedSessions, id] }),
    exportOne,
    async erase(id) {
      const answer = await folder.remove(id);
      await refresh();
      return answer;
    },
  };
}
