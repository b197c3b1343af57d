/** Reasons why measurement and network may differ at a level, in few words, by the code of the warning that says it in full. */
export const DIFFERENCE_REASONS: Readonly<Record<string, string>> = {
  'contrast': 'contrast agent',
  'contrast-seen': 'contrast agent in the aorta',
  'metal-or-cement': 'metal or cement',
  'metal-beside': 'metal beside it',
  'streaks': 'streaks of metal',
  'dense-material': 'very dense material',
  'dense-focus': 'a dense focus',
  'loose-focus': 'a focus of low density',
  'haemangioma': 'a focus with fat',
  'height-loss': 'loss of height',
  'height-high': 'a body that reads too high',
  'roi-uneven': 'an uneven region',
  'roi-spread': 'a wide spread of attenuation',
  'roi-edited': "the reader's own region",
  'no-fit': 'edges not found',
  'mark-off-body': 'a mark off the centre',
  'off-centre': 'a mark that did not snap',
  'body-cut': 'a cut body',
  'patch-outside-scan': 'the edge of the scan',
  'patch-beside-slices': 'the edge of the slices',
  'noisy': 'noise',
  'slices-thick': 'thick slices',
  'slices-too-thick': 'thick slices',
  'thickness-unknown': 'slice thickness unknown',
  'out-of-distribution': 'a vertebra unlike those in training',
  'level-not-trained': 'a level not in training',
  'label-doubt': 'a doubtful label',
  'tilt-resampled': 'a tilted gantry',
  'every-second-slice': 'every second slice',
  'calibration-old': 'an old calibration',
  'calibration-kvp': 'a calibration at another voltage',
  'calibration-scanner': 'a calibration of another scanner',
};

/** Marks that say that measurement and network differ. */
export const DIFFERENCE_CODES: ReadonlySet<string> = new Set(['density-disagrees', 'categories-differ']);

/** Of any doubt in a list. */
export function shortWords(code: string): string {
  return DIFFERENCE_REASONS[code] ?? OTHER_WORDS[code] ?? code.replaceAll('-', ' ');
}

/** Doubts that explain no difference between measurement and network. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  'kvp-unknown': 'tube voltage unknown',
  'kvp-out-of-range': 'tube voltage out of range',
  'bridge': 'a bridged disc',
  'density-disagrees': 'measurement and network disagree',
  'estimate-contradicts': 'a network that contradicts itself',
};
