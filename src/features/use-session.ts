import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Session, SessionState } from '#src/session/index.ts';

export const SessionContext = createContext<Session | null>(null);

/** The application without a screen: actions, and the viewer that it drives. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('SessionContext has no provider.');
  return session;
}

/** One selected fact of the session; the component renders again when it changes. */
export function useSessionState<T>(select: (state: SessionState) => T): T {
  return useStore(useSession().store, select);
}
