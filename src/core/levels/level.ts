/** Vertebrae that can be picked, in order from head to feet. */
export const LEVELS = ['T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5'] as const;

export type Level = (typeof LEVELS)[number];

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

/** The level `steps` further towards the feet (negative: towards the head), or null outside T10 to L5. */
export function shiftLevel(level: Level, steps: number): Level | null {
  return LEVELS[LEVELS.indexOf(level) + steps] ?? null;
}
