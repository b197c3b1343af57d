import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from '#src/ui/button.tsx';
import { Tabs, type TabOfPage } from '#src/ui/tabs.tsx';
import './settings.css';

/**
 * What is kept in this browser and how it is used, one tab a subject.
 * @param sections composed by the app, since features do not know each other
 */
export function SettingsButton({ sections }: { readonly sections: readonly TabOfPage[] }) {
  return (
    <DialogTrigger>
      <Button look="quiet">Settings</Button>
      <ModalOverlay className="dialog-overlay" isDismissable>
        <Modal className="dialog-box settings-box">
          <Dialog className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">Settings</Heading>
                <Tabs label="Settings" tabs={sections} />
                <div className="dialog-buttons">
                  <Button onPress={close}>Close</Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
