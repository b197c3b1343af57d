import '#src/lib/browser/hold-life-lock.ts';
import type { FileEntry } from '../file-entry.ts';
import type { FilesReply, FilesRequest } from '../messages.ts';
import { readFiles } from './read-files.ts';

declare const self: DedicatedWorkerGlobalScope;

function reply(message: FilesReply): void {
  self.postMessage(message);
}

const entries: FileEntry[] = [];

self.addEventListener('message', (event: MessageEvent<FilesRequest>) => {
  entries.push(...event.data.entries);
  if (!event.data.isLast) return;
  readFiles(entries, (progress) => reply({ kind: 'progress', progress })).then(
    (result) => reply({ kind: 'done', result }),
    (error: unknown) => {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      reply({ kind: 'failed', message, stack: stack ?? null });
    },
  );
});
