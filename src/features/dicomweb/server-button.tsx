import { useEffect, useState } from 'react';
import { Dialog, DialogTrigger, Modal, ModalOverlay } from 'react-aria-components';
import type { OfferedServer } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession } from '../use-session.ts';
import { ServerDialog } from './server-dialog.tsx';
import { EMPTY_FORM } from './server-form.tsx';
import { useServerSearch } from './use-server-search.ts';
import './dicomweb.css';

/** Opens a study from a DICOMweb server. Form and results, with the token, live here for the life of the page and nowhere else. */
export function ServerButton() {
  const session = useSession();
  const [form, setForm] = useState({ ...EMPTY_FORM, root: new URLSearchParams(location.search).get('dicomweb') ?? '' });
  const [offered, setOffered] = useState<readonly OfferedServer[]>([]);
  const [isOpen, setOpen] = useState(false);
  const searching = useServerSearch();

  useEffect(() => {
    if (!isOpen) return;
    const controller = new AbortController();
    session.servers.offeredServers(controller.signal).then(
      (servers) => {
        setOffered(servers);
        setForm((before) => (before.root === '' ? { ...before, root: servers[0]?.root ?? '' } : before));
      },
      () => undefined,
    );
    return () => controller.abort();
  }, [isOpen, session]);

  function change(open: boolean) {
    setOpen(open);
    if (!open) searching.stop();
  }

  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={change}>
      <Button>Server…</Button>
      <ModalOverlay className="dialog-overlay" isDismissable>
        <Modal className="dialog-box server-box">
          <Dialog className="dialog">
            {({ close }) => <ServerDialog form={form} onForm={setForm} offered={offered} searching={searching} close={close} />}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
