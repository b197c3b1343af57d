/** Vertebrae that the network was trained on, in order from head to feet; {@link VERTEBRAE} are those that can be named. */
export const LEVELS = ['T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5'] as const;

export type Level = (typeof LEVELS)[number];

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}
