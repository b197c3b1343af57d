import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from '#src/ui/button.tsx';
import { saveFiles } from '#src/ui/save-file.ts';
import { useSession, useSessionState } from '../use-session.ts';

/** Nothing is lost without a word: another study would take the place of picks that were not saved. */
export function ReplaceQuestion() {
  const session = useSession();
  const question = useSessionState((state) => state.replaceQuestion);
  if (!question) return null;
  function saveAndOpen() {
    saveFiles(session.exportResults('json'));
    session.answerReplace(true);
  }
  return (
    <ModalOverlay isOpen className="dialog-overlay" onOpenChange={(isOpen) => { if (!isOpen) session.answerReplace(false); }}>
      <Modal className="dialog-box">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">The picks have not been saved</Heading>
          <p>{`Opening the other study gives up ${question.levels.join(', ')} and their results.`}</p>
          <div className="dialog-buttons">
            <Button look="primary" onPress={saveAndOpen}>Save results, then open</Button>
            <Button onPress={() => session.answerReplace(true)}>Open without saving</Button>
            <Button onPress={() => session.answerReplace(false)}>Keep this study</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
