import { Button } from '#src/ui/button.tsx';
import { saveFiles } from '#src/ui/save-file.ts';
import { useSession } from '../use-session.ts';
import { KeepButton } from './keep-button.tsx';

/** Saves to the user's downloads, or, where that is asked for, in the browser. */
export function ExportButtons() {
  const session = useSession();
  return (
    <div className="export-buttons" role="group" aria-label="Save">
      <Button onPress={() => saveFiles(session.exportResults('json'))}>Save results</Button>
      <Button onPress={() => saveFiles(session.exportResults('csv'))}>CSV</Button>
      <KeepButton />
    </div>
  );
}
