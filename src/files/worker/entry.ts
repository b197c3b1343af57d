import type { FilesReply, FilesRequest } from '../messages.ts';
import { readFiles } from './read-files.ts';

declare const self: DedicatedWorkerGlobalScope;

function reply(message: FilesReply): void {
  self.postMessage(message);
}

self.addEventListener('message', (event: MessageEvent<FilesRequest>) => {
  readFiles(event.data.entries, (progress) => reply({ kind: 'progress', progress })).then(
    (result) => reply({ kind: 'done', result }),
    (error: unknown) => {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      reply({ kind: 'failed', message, stack: stack ?? null });
    },
  );
});
