import type { LevelPick } from '../levels/pick.ts';
import { isAnalysed, VERTEBRAE } from '../levels/vertebra-name.ts';
import { walkSpine, type FindBody } from '../levels/walk-spine.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import { agreedCentre, type BodyAtCentre, type FoundVertebra } from './find-spine.ts';

/** A vertebra of the chain with the body that was fitted round it; null where none was. */
export type FittedVertebra = { readonly found: FoundVertebra; readonly body: BodyAtCentre | null };

/**
 * Adds the bodies beyond both ends of the chain that the network missed and that a walk from body to body finds (walk-spine.ts). A walk
 * starts only where network and fit agree on the outermost body.
 * @param find fits a body round a point
 */
export async function extendChain(
  volume: Pick<VolumeSource, 'sizeVox' | 'indexToWorld'>,
  chain: readonly FittedVertebra[],
  find: FindBody,
  isWanted: () => boolean,
): Promise<readonly FittedVertebra[]> {
  const analysed = chain.filter(({ found }) => isAnalysed(found.name));
  const ends = [analysed[0], analysed.at(-1)].filter((end) => end !== undefined);
  const added: FittedVertebra[] = [];
  for (const { found, body } of new Set(ends)) {
    const { centreLps, isAgreed } = agreedCentre(found, body);
    if (!isAgreed) continue;
    const start: LevelPick = { level: found.name, centreLps, state: 'proposed' };
    const walked = await walkSpine({ volume, start, taken: [...chain, ...added].map((one) => ({ level: one.found.name, centreLps: one.found.centreLps })), find, isWanted });
    added.push(...walked.map(asFitted));
  }
  return [...chain, ...added].toSorted((one, other) => VERTEBRAE.indexOf(one.found.name) - VERTEBRAE.indexOf(other.found.name));
}

/** The network says nothing of a body that it missed: its confidence is the fit's, its name is counted. */
function asFitted({ level, centreLps, proposal }: LevelPick): FittedVertebra {
  return {
    found: { name: level, centreLps, logit: -Infinity, isFilled: true, nameEvidence: new Float64Array(VERTEBRAE.length) },
    body: { centreLps, confidence: proposal?.confidence ?? 0, moved: true },
  };
}
