import type { VertebraName } from './vertebra-name.ts';

/*
 * What is known of spines before one is looked at: distances between neighbouring bodies and how often a spine has a vertebra
 * more or less. Distances: 113 CTs of VerSe 2020 (Sekuboyina et al. 2021, doi:10.1016/j.media.2021.102166, CC BY-SA 4.0), centroid to
 * centroid in a straight line, means over 50 to 87 spines a pair (T12 to L1 without those with a T13; 2 with T13, 16 with L6).
 * The sacrum is not in VerSe: L5 to S1 is taken as L4 to L5 with a wider deviation.
 */

export type NamedStep = {
  readonly from: VertebraName;
  readonly to: VertebraName;
  /** Mean distance of the centres in a person of average size. */
  readonly meanMm: number;
  /** Natural log of how often the vertebra `from` is followed by `to`. */
  readonly logPrior: number;
};

/**
 * How often a spine departs from 12 thoracic and 5 lumbar vertebrae. Counts differ with the definition (domain.md: transitional anatomy 4 to
 * 15 % and more); VerSe 2020, which sought variants out, has 2 % T13, 3 % eleven ribs and 16 % L6. Taken at the upper end: a variant that is
 * believed too rare is named wrongly without a doubt, one believed too common only raises a doubt (docs/evaluation/spine).
 */
const VARIANTS = { thirteenth: 0.08, elevenRibs: 0.08, sixLumbar: 0.08, fourLumbar: 0.05 } as const;

function step(from: VertebraName, to: VertebraName, meanMm: number, probability = 1): NamedStep {
  return { from, to, meanMm, logPrior: Math.log(probability) };
}

/** Which vertebra can follow which, towards the feet. */
export const NAMED_STEPS: readonly NamedStep[] = [
  step('T1', 'T2', 20.9), step('T2', 'T3', 22.2), step('T3', 'T4', 22.3), step('T4', 'T5', 22.8), step('T5', 'T6', 23.5),
  step('T6', 'T7', 24), step('T7', 'T8', 24.3), step('T8', 'T9', 24.9), step('T9', 'T10', 25.7), step('T10', 'T11', 27.6),
  step('T11', 'T12', 29.8, 1 - VARIANTS.elevenRibs), step('T11', 'L1', 31, VARIANTS.elevenRibs),
  step('T12', 'L1', 32, 1 - VARIANTS.thirteenth), step('T12', 'T13', 31.5, VARIANTS.thirteenth), step('T13', 'L1', 33),
  step('L1', 'L2', 33.4), step('L2', 'L3', 34.1), step('L3', 'L4', 33.8),
  step('L4', 'L5', 31.7, 1 - VARIANTS.fourLumbar), step('L4', 'S1', 31.7, VARIANTS.fourLumbar),
  step('L5', 'S1', 31.7, 1 - VARIANTS.sixLumbar), step('L5', 'L6', 30.6, VARIANTS.sixLumbar), step('L6', 'S1', 31),
];

/** A person's distances over the means above: standard deviation 0.058 between persons, 0.036 of each distance within a person (VerSe 2020). */
export const PERSON_SCALES: readonly number[] = [0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2];
export const PERSON_SCALE_SD = 0.07;
/** Of one distance within a person, as a share of it; with what a crushed or wedged body adds. */
export const DISTANCE_SD_SHARE = 0.05;
/** Of a centre read from the heatmap, mm, both ends of a distance together; wider where the sacrum is one of them. */
export const CENTRE_SD_MM = 2.5;
export const SACRUM_SD_MM = 4;
/** Angle between the line to the next body and the body axis of the patient, in radians: kyphosis, lordosis, scoliosis, a tilted patient. */
export const ANGLE_SD = 0.45;
