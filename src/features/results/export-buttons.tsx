import type { ExportKind } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession } from '../use-session.ts';

/** Saves to the user's downloads; nothing is kept in the browser. */
export function ExportButtons() {
  const session = useSession();
  function save(kind: ExportKind) {
    const file = session.exportResults(kind);
    if (!file) return;
    const url = URL.createObjectURL(new Blob([file.text], { type: file.type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = file.name;
    link.click();
    // The download has its own hold on the data once the click was handled.
    setTimeout(() => URL.revokeObjectURL(url), 0);
  }
  return (
    <div className="export-buttons" role="group" aria-label="Save">
      <Button onPress={() => save('json')}>Save results</Button>
      <Button onPress={() => save('csv')}>CSV</Button>
    </div>
  );
}
