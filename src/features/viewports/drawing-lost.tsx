import { useSyncExternalStore } from 'react';
import { Button } from '#src/ui/button.tsx';
import { useSession } from '../use-session.ts';

/** Stands over the planes while the browser gives no means to draw them. */
export function DrawingLost() {
  const { viewer: { drawing } } = useSession();
  const problem = useSyncExternalStore(drawing.onChange, drawing.problem);
  if (problem === null) return null;
  return (
    <div className="drawing-lost" role="alert" data-testid="drawing-lost">
      <p>{problem.sentence}</p>
      <Button onPress={() => void drawing.again()}>Draw again</Button>
    </div>
  );
}
