import { FileTrigger } from 'react-aria-components';
import { Button } from '#src/ui/button.tsx';
import { useSession } from '../use-session.ts';

/** A button for files, a button for a folder, a button for a zip, and the way back to the demo. */
export function OpenButtons() {
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
      <FileTrigger acceptedFileTypes={['.zip']} allowsMultiple onSelect={open}>
        <Button>Zip…</Button>
      </FileTrigger>
      <Button look="quiet" onPress={() => void session.openDemo()}>Demo</Button>
    </div>
  );
}
