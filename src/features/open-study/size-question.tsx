import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { SizeQuestion as Question } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';

/** A series that does not fit into memory is said before it is tried, with what can be opened of it and what that does to the numbers. */
export function SizeQuestion() {
  const session = useSession();
  const question = useSessionState((state) => state.sizeQuestion);
  if (!question) return null;
  const { title, slices, neededMegabytes, maxMegabytes, everySecond, slab } = question;
  return (
    <ModalOverlay isOpen className="dialog-overlay" onOpenChange={(isOpen) => { if (!isOpen) session.answerSize(null); }}>
      <Modal className="dialog-box size-box">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">The series does not fit into memory</Heading>
          <p>{`${title} has ${slices} slices and needs ${neededMegabytes} MB; this browser tab may use ${Math.floor(maxMegabytes)} MB.`}</p>
          {everySecond ? <p>{everySecondWords(everySecond)}</p> : null}
          <p>{`A part: ${slab.slices} slices (${Math.round(slab.lengthMm)} mm) at full resolution, measured as usual; vertebrae outside it cannot be seen or measured.`}</p>
          <div className="dialog-buttons">
            {everySecond ? <Button look="primary" onPress={() => session.answerSize('every-second')}>Every second slice</Button> : null}
            <Button onPress={() => session.answerSize('head')}>Part towards the head</Button>
            <Button onPress={() => session.answerSize('middle')}>Middle part</Button>
            <Button onPress={() => session.answerSize('feet')}>Part towards the feet</Button>
            <Button onPress={() => session.answerSize(null)}>Cancel</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function everySecondWords({ fromMm, toMm, thicknessMm }: NonNullable<Question['everySecond']>): string {
  const thickness = thicknessMm === null ? '' : ` (each stays ${round(thicknessMm)} mm thick)`;
  return `Every second slice: the whole length, with slices ${round(toMm)} instead of ${round(fromMm)} mm apart${thickness}. Each measurement samples half of the slices; every level is marked for it.`;
}

function round(mm: number): string {
  return String(Math.round(mm * 100) / 100);
}
