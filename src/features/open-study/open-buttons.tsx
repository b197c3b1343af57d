import type { ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components';
import { Button } from '#src/ui/button.tsx';
import { useSession } from '../use-session.ts';

const ARCHIVES = ['.zip', '.gz', '.tgz', '.tar', '.iso'];

/**
 * A button for files, a button for a folder, a button for an archive, and the way back to the demo.
 * @param children further ways to open, between the archive and the demo
 */
export function OpenButtons({ children }: { readonly children?: ReactNode }) {
  const session = useSession();
  const open = (list: FileList | null) => {
    if (list && list.length > 0) void session.openFileList(list);
  };
  return (
    <div className="bar-group" role="group" aria-label="Open">
      <FileTrigger allowsMultiple onSelect={open}>
        <Button>Files…</Button>
      </FileTrigger>
      <FileTrigger acceptDirectory onSelect={open}>
        <Button>Folder…</Button>
      </FileTrigger>
      <FileTrigger acceptedFileTypes={ARCHIVES} allowsMultiple onSelect={open}>
        <Button>Zip…</Button>
      </FileTrigger>
      {children}
      <Button look="quiet" onPress={() => void session.openDemo()}>Demo</Button>
    </div>
  );
}
