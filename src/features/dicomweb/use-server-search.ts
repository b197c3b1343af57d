import { useEffect, useRef, useState } from 'react';
import { WorkerDied } from '#src/lib/browser/worker-death.ts';
import type { FoundSeries, FoundStudy, ServerAccess, StudyPage, StudyQuery } from '#src/session/index.ts';
import { useSession } from '../use-session.ts';

/** What was found, and where: the fields of the form may have changed since. */
export type ServerSearch = {
  readonly busy: 'studies' | 'series' | null;
  /** Why there is nothing, in one sentence. */
  readonly sentence: string | null;
  readonly access: ServerAccess;
  readonly query: StudyQuery | null;
  readonly page: StudyPage | null;
  readonly study: FoundStudy | null;
  readonly series: readonly FoundSeries[];
};

const NOTHING: ServerSearch = { busy: null, sentence: null, access: { root: '', token: '' }, query: null, page: null, study: null, series: [] };

function describeFailure(error: unknown): string {
  if (error instanceof WorkerDied) return 'The server could not be searched: the browser stopped the search twice, often for want of memory; close other tabs and programs and search again.';
  return `Searching failed because of a fault in OsteoLens (${error instanceof Error ? error.message : String(error)}).`;
}

/** Searches a DICOMweb server; a new search ends the one before. */
export function useServerSearch() {
  const { servers } = useSession();
  const [search, setSearch] = useState(NOTHING);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);

  /** Runs one question; what comes of an older one is dropped. */
  async function ask(before: ServerSearch, question: (signal: AbortSignal) => Promise<Partial<ServerSearch>>): Promise<void> {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    setSearch(before);
    try {
      const found = await question(controller.signal);
      if (!controller.signal.aborted) setSearch({ ...before, busy: null, ...found });
    } catch (error) {
      if (controller.signal.aborted) return;
      setSearch({ ...before, busy: null, sentence: describeFailure(error) });
    }
  }

  return {
    search,
    searchStudies: (access: ServerAccess, query: StudyQuery) =>
      ask({ ...NOTHING, busy: 'studies', access, query }, async (signal) => {
        const found = await servers.searchStudies(access, query, { signal });
        return found.ok ? { page: found.value } : { sentence: found.error };
      }),
    chooseStudy: (study: FoundStudy) =>
      ask({ ...search, busy: 'series', sentence: null, study, series: [] }, async (signal) => {
        const found = await servers.searchSeries(search.access, study.studyInstanceUid, { signal });
        return found.ok ? { series: found.value } : { sentence: found.error };
      }),
    stop: () => {
      current.current?.abort();
      setSearch((before) => ({ ...before, busy: null }));
    },
  };
}
