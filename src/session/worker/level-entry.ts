import '#src/lib/browser/hold-life-lock.ts';
import { sourceOfPart } from '#src/core/volume/volume-part.ts';
import { runTask, type LevelReply, type LevelRequest } from '../level-task.ts';

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', (event: MessageEvent<LevelRequest>) => {
  const { id, part, task } = event.data;
  self.postMessage({ id, found: runTask(sourceOfPart(part), task) } satisfies LevelReply);
});
