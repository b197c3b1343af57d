/**
 * Vertebrae that can be named, in order from head to feet. T13 and L6 are supernumerary: most people have neither. A sixth
 * lumbar-type vertebra is L6 whether it is one too many or a lumbarised S1, as VerSe labels it
 * (Sekuboyina et al. 2021, doi:10.1016/j.media.2021.102166).
 */
export const VERTEBRAE = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9', 'T10', 'T11', 'T12', 'T13', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'S1'] as const;

export type VertebraName = (typeof VERTEBRAE)[number];

const SUPERNUMERARY: ReadonlySet<VertebraName> = new Set(['T13', 'L6']);
const LANDMARKS: ReadonlySet<VertebraName> = new Set(['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9', 'S1']);

export function isVertebraName(text: string): text is VertebraName {
  return (VERTEBRAE as readonly string[]).includes(text);
}

/** T10 to L5, T13 and L6 are measured; T1 to T9 and S1 are landmarks, shown and named only. */
export function isAnalysed(name: VertebraName): boolean {
  return !LANDMARKS.has(name);
}

/** Sorts from head to feet. */
export function compareVertebrae(one: VertebraName, other: VertebraName): number {
  return VERTEBRAE.indexOf(one) - VERTEBRAE.indexOf(other);
}

/** The vertebrae that a spine with these names has, head to feet: the usual ones, and of T13 and L6 those that are named. */
export function spineWith(names: readonly VertebraName[]): readonly VertebraName[] {
  return VERTEBRAE.filter((name) => !SUPERNUMERARY.has(name) || names.includes(name));
}

/** The name `steps` further towards the feet (negative: towards the head) in this spine, or null beyond its ends and for a name it has not. */
export function shiftName(spine: readonly VertebraName[], name: VertebraName, steps: number): VertebraName | null {
  const at = spine.indexOf(name);
  return at < 0 ? null : (spine[at + steps] ?? null);
}
