import '#src/lib/browser/hold-life-lock.ts';
import type { DicomWebAnswers, DicomWebReply, DicomWebRequest } from '../messages.ts';
import { connect, DicomWebError } from './connection.ts';
import { fetchImages } from './fetch-images.ts';
import { searchSeries, searchStudies } from './search.ts';

declare const self: DedicatedWorkerGlobalScope;

function reply(message: DicomWebReply): void {
  self.postMessage(message);
}

function run({ access, allowedOrigins, task }: DicomWebRequest): Promise<DicomWebAnswers[keyof DicomWebAnswers]> {
  const connection = connect(access, allowedOrigins);
  switch (task.kind) {
    case 'studies':
      return searchStudies(connection, task.query);
    case 'series':
      return searchSeries(connection, task.studyInstanceUid);
    case 'images':
      return fetchImages(connection, task.series, (progress) => reply({ kind: 'progress', progress }));
  }
}

self.addEventListener('message', (event: MessageEvent<DicomWebRequest>) => {
  run(event.data).then(
    (answer) => reply({ kind: 'done', answer }),
    (error: unknown) => {
      if (error instanceof DicomWebError) {
        reply({ kind: 'refused', fault: error.fault });
        return;
      }
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      reply({ kind: 'failed', message, stack: stack ?? null });
    },
  );
});
