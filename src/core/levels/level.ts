/** Vertebrae that can be picked, in order from head to feet. */
export const LEVELS = ['T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5'] as const;

export type Level = (typeof LEVELS)[number];

/** SNOMED CT codes (SCT) of the vertebrae; DICOM PS3.16 CID 7608 as in pydicom's concept dictionary. */
export const LEVEL_SNOMED_CODES: Readonly<Record<Level, string>> = {
  T10: '7610001',
  T11: '12989004',
  T12: '23215003',
  L1: '66794005',
  L2: '14293000',
  L3: '36470004',
  L4: '11994002',
  L5: '49668003',
};

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

/** The level below (towards the feet), or null at L5. */
export function levelBelow(level: Level): Level | null {
  return LEVELS[LEVELS.indexOf(level) + 1] ?? null;
}

/** The level `steps` further towards the feet (negative: towards the head), or null outside T10 to L5. */
export function shiftLevel(level: Level, steps: number): Level | null {
  return LEVELS[LEVELS.indexOf(level) + steps] ?? null;
}
