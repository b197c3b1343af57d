/** Limits of the gates. Sources: domain.md, the part named. */
export const GATE_LIMITS = {
  /** Tube voltages whose HU per mg/cm³ is known, kVp (2.4). */
  kvp: { min: 80, max: 140 },
  /** Above 3 mm endplates blur into the region (2.6); above 5 mm a level is excluded (7). */
  sliceThicknessMm: { mark: 3, refuse: 5 },
  /** Share of the network's patch outside the scan. */
  patchOutside: { mark: 0.02 },
  /**
   * The end of the scan nearer than half the usual height of the level and this, mm. Marks are 2 mm off; where no body was fitted it may also be a
   * fifth higher than usual, and tilted.
   */
  room: { fittedMm: -2, unfittedMm: 6 },
  /** Share of the body above 1500 HU, cement or metal (3.5): more than the odd noisy sample of a sharp kernel. */
  metalFraction: 0.002,
  /** Share of the body above 800 HU: bone island, sclerosis, cement (3.5). */
  denseFraction: 0.02,
  /** Usual spread of real trabecular bone is 30 to 60 HU (3.4); dense young bone with a sharp kernel reaches 97 (LIDC-IDRI-0314). */
  roiSdHu: 100,
  /** Published error of phantom-less density (1.2, 2.7), share of the value. */
  measurementError: 0.1,
  /**
   * Score over the model's limit, which 1 % of simulated vertebrae pass. A third of real vertebrae pass it too; metal in the body scores
   * nine times the limit (docs/experiments.md).
   */
  strangeness: { mark: 1, refuse: 3 },
  /** Probabilities that contradict a QCT category: below one in four in the osteoporotic range, above even in the normal one. */
  contradiction: { osteoporosisBelow: 0.25, normalAbove: 0.5 },
  /** Levels between label and prediction; probability that the network gives the label. */
  labelSteps: 2,
  labelProbability: 0.02,
  /** The mark from the centre of the fitted body: further than the network was trained with (pick error of 3 mm SD an axis). */
  offBodyMm: 6,
  /** Upper or lower third of the measured region against its middle, HU. */
  unevenHu: 60,
} as const;
