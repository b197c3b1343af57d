import type { WorldPoint } from '../geometry/spaces.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import { roiOfBody } from './body-roi.ts';
import { sampleBodyIn } from './doubts/body-grid.ts';
import { roiAt, type Roi } from './roi.ts';
import { roiBesideFocus } from './roi-beside-focus.ts';
import { boxForFit, fitVertebra, MIN_FIT_CONFIDENCE, type VertebraFit } from './vertebra-fit.ts';

/** Whose ROI was measured: the fitted body's, beside a focus where one lies in it, the fixed one where no body was found with confidence, or the reader's own. */
export type RoiSource = 'body' | 'beside-focus' | 'fixed' | 'edited';

/** Where a level is measured. */
export type RoiChoice = {
  readonly roi: Roi;
  readonly source: RoiSource;
  /** Null where no body was found with confidence. */
  readonly fit: VertebraFit | null;
};

/** The ROI of a level: the reader's own, else the fitted body's, else the fixed one. Depends on scan, centre and edit alone. */
export function chooseRoi(volume: VolumeSource, centreLps: WorldPoint, edited: Roi | undefined): RoiChoice {
  const block = volume.readBlock(boxForFit(volume, centreLps));
  const found = fitVertebra(block, centreLps);
  const fit = found !== null && found.confidence >= MIN_FIT_CONFIDENCE ? found : null;
  if (edited !== undefined) return { roi: edited, source: 'edited', fit };
  const ofBody = fit === null ? null : roiOfBody(fit);
  if (fit === null || ofBody === null) return { roi: roiAt(centreLps), source: 'fixed', fit };
  const beside = roiBesideFocus(sampleBodyIn(block, centreLps, fit), fit, ofBody);
  return beside === null ? { roi: ofBody, source: 'body', fit } : { roi: beside, source: 'beside-focus', fit };
}
