/** A list of listeners. `listen` answers the function that removes the listener again. */
export type Emitter<T> = {
  listen(listener: (value: T) => void): () => void;
  emit(value: T): void;
  hasListeners(): boolean;
};

export function makeEmitter<T>(): Emitter<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    listen(listener) {
      // A fresh function each time, so that the same callback may be registered twice and removed once.
      const own = (value: T): void => listener(value);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    emit(value) {
      for (const listener of listeners) listener(value);
    },
    hasListeners: () => listeners.size > 0,
  };
}
