import type { ModelOfFile } from '#src/core/results/session-file.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import { shortHash, type ModelFacts } from './models-facts.ts';
import { tell } from './messages.ts';
import type { SessionStore } from './state.ts';

/** Says of a results file that its numbers came from another network than the one in use, once that is known. */
export function tellOtherModels(store: SessionStore, fileName: string, models: readonly ModelOfFile[]): void {
  const { model, openSeriesId } = store.getState();
  if (model !== null) {
    tellNow(store, fileName, models, model);
    return;
  }
  const stop = store.subscribe((state) => {
    if (state.model === null && state.openSeriesId === openSeriesId) return;
    stop();
    if (state.model !== null && state.openSeriesId === openSeriesId) tellNow(store, fileName, models, state.model);
  });
}

function tellNow(store: SessionStore, fileName: string, models: readonly ModelOfFile[], inUse: ModelFacts): void {
  const others = models.filter(({ id, sha256 }) => id !== inUse.id || sha256 !== inUse.sha256);
  if (others.length === 0) return;
  const named = others.map(nameOf).join(' and ');
  tell(store, 'note', `${fileName}: its numbers were made with another network (${named}) and were made anew here with ${nameOf(inUse)}.`);
}

function nameOf({ id, sha256 }: ModelOfFile): string {
  return `${quotable(id)}, SHA-256 ${shortHash(sha256)}`;
}
