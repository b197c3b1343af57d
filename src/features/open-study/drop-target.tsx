import { useEffect, useState, type ReactNode } from 'react';
import { useSession } from '../use-session.ts';
import './drop-target.css';

/** The whole page takes files, folders and zips; nothing dropped beside the target makes the browser leave the page. */
export function DropTarget({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (event.dataTransfer && hasFiles(event)) void session.openDropped(event.dataTransfer);
    };
    const listeners = { dragenter: enter, dragover: over, dragleave: leave, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name, listener as EventListener);
    };
  }, [session]);

  return (
    <>
      {children}
      {isOver ? <div className="drop-hint">Drop a CT study (files, a folder or an archive) or a network of your own. It stays on this computer.</div> : null}
    </>
  );
}
