import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from '#src/ui/button.tsx';
import './help.css';

const KEYS: readonly (readonly [string, string])[] = [
  ['1 to 5; 8, 9, 0', 'arm L1 to L5; T10, T11, T12'],
  ['Click', 'place the armed level; the next one arms itself'],
  ['X', 'place the armed level at the crosshair'],
  ['Arrow keys on a mark', 'nudge it by 1 mm (5 mm with Shift)'],
  ['Arrow keys, + and - on the edge of a measuring region', 'move and resize it; Delete goes back to the app’s own'],
  ['Delete', 'remove the selected level; reject it where it is proposed'],
  ['[ and ]', 'shift all labels up or down by one level'],
  ['Y, or Enter on the planes', 'confirm all proposed levels; Enter on one mark confirms that one'],
  ['B', 'bring back what is offered of the open series: unsaved picks, or a kept session'],
  ['L', 'name the selected level, with T13, L6 and S1'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'undo, redo'],
  ['Esc', 'disarm'],
  ['C, W, P, Z', 'left button: crosshair, window, pan, zoom'],
  ['Wheel, arrow up and down', 'slices'],
  ['Ctrl+wheel, right drag, + and −', 'zoom'],
  ['Middle drag, Space+drag', 'pan'],
  ['R', 'reset the view'],
  ['S', 'show or hide the straightened view along the spine'],
  ['A', 'show or hide where the network looked at the selected level'],
  ['N', 'open the next series, or the next part of one'],
];

/** What the keys and the mouse do, and what the numbers mean. */
export function HelpButton() {
  return (
    <DialogTrigger>
      <Button look="quiet">Help</Button>
      <ModalOverlay className="dialog-overlay" isDismissable>
        <Modal className="dialog-box">
          <Dialog className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">Keys, mouse, what the numbers are, and how to open a study</Heading>
                <dl className="help-keys">
                  {KEYS.map(([keys, what]) => (
                    <div key={keys}>
                      <dt>{keys}</dt>
                      <dd>{what}</dd>
                    </div>
                  ))}
                </dl>
                <p><strong>Measured</strong>: mean attenuation of an elliptical cylinder in the front two thirds of the vertebral body, placed as a reader would (of ten real bodies in which we placed one by hand, eight read the same within 3 HU; drag it where you want it); density follows from the tube voltage, or from a calibration of your own scanner (enter it under Settings, choose it under Density). Where the header gives no tube voltage, contrast, age or sex, state them in the bottom line: L1 is compared with what is usual at that age.</p>
                <p>
                  <strong>Network</strong>: the one that comes with OsteoLens is a mixture of experts trained on simulated vertebrae; your own can be added under Settings, Networks. P is the probability that a DXA on the chosen scale reads a
                  T-score of −2.5 or lower at this level. The intervals of the densities of the bundled network cover the truth in 90 % of simulated vertebrae; that of P is where P would lie at the two ends of the density&apos;s interval. T-scores apply to women after the
                  menopause and to men of 50 and older.
                </p>
                <p>
                  <strong>Opening</strong>: drop files, a folder or an archive (zip, gz, tar, disc image) with DICOM or NIfTI, search a DICOMweb server under
                  &ldquo;Server…&rdquo;, or follow a link that names a study. Nothing you open leaves this computer, and nothing is stored unless you save it, but for unsaved
                  picks: encrypted, so that they survive a crash, and to be opened only with their own scan. Settings, Storage lists and erases all that is kept.
                </p>
                <div className="dialog-buttons">
                  <Button look="primary" onPress={close}>Close</Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
