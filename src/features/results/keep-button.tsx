import { useState } from 'react';
import { Dialog, DialogTrigger, Form, Heading, Input, Label, Modal, ModalOverlay, TextField } from 'react-aria-components';
import { Button } from '#src/ui/button.tsx';
import { dayAndTime } from '#src/ui/date-words.ts';
import { useSession, useSessionState } from '../use-session.ts';
import './keep-button.css';

/** Keeps the session in the browser under a title of the user's own; nothing is kept before the title is given. */
export function KeepButton() {
  return (
    <DialogTrigger>
      <Button>Keep in this browser…</Button>
      <ModalOverlay className="dialog-overlay" isDismissable>
        <Modal className="dialog-box">
          <Dialog className="dialog">{({ close }) => <KeepForm onDone={close} />}</Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function KeepForm({ onDone }: { readonly onDone: () => void }) {
  const { sessions } = useSession();
  const picks = useSessionState((state) => state.picks.present.picks);
  const [title, setTitle] = useState(() => `${dayAndTime(new Date())}, ${picks.filter(({ state }) => state !== 'rejected').map(({ level }) => level).join(', ')}`);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function keep() {
    setBusy(true);
    const kept = await sessions.keep(title.trim());
    setBusy(false);
    if (kept.ok) onDone();
    else setProblem(kept.error.sentence);
  }

  return (
    <Form
      className="keep-form"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <Heading slot="title">Keep in this browser</Heading>
      <p className="soft">
        Keeps what a results file holds: picks, results and what you stated; no pixels, no patient name or ID. The UIDs of the study and the series are kept with it, so that it
        is offered when the same series is opened again. Everyone who uses this browser can see the title. List, export and erase it under Settings, Storage.
      </p>
      <TextField value={title} onChange={setTitle} isRequired maxLength={120}>
        <Label>Title</Label>
        <Input />
      </TextField>
      {problem === null ? null : <p role="alert" className="keep-problem">{problem}</p>}
      <div className="dialog-buttons">
        <Button type="submit" look="primary" isDisabled={isBusy || title.trim() === ''}>Keep</Button>
        <Button onPress={onDone}>Cancel</Button>
      </div>
    </Form>
  );
}
