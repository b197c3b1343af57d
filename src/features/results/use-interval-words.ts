import { useSessionState } from '../use-session.ts';

/** "90 % interval", with the coverage that the network in use states of its intervals. */
export function useIntervalWords(): string {
  const coverage = useSessionState((state) => state.model?.coverage ?? null);
  return coverage === null ? 'interval' : `${Number((coverage * 100).toPrecision(3))} % interval`;
}
