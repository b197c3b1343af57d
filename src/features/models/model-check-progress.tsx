import type { ModelCheck } from '#src/session/index.ts';
import { Progress } from '#src/ui/progress.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import './models.css';

const WORDS: Readonly<Record<ModelCheck['progress']['step'], string>> = {
  files: 'Reading the network',
  start: 'Starting the network',
  golden: 'Comparing with its golden patches',
  constant: 'Trying air and bone',
  time: 'Timing the network',
};

/** The check of a network, while it runs. */
export function ModelCheckProgress() {
  const { models } = useSession();
  const check = useSessionState((state) => state.modelCheck);
  if (check === null) return null;
  const { step, done, total } = check.progress;
  return (
    <div className="model-check" data-testid="model-check">
      <Progress label={`${WORDS[step]}: ${check.name}`} done={done} total={total === 1 ? null : total} onCancel={models.cancelCheck} />
    </div>
  );
}
