/**
 * Asynchronous work done once per key and shared by all who ask, but only when it succeeds: a failure is forgotten, so
 * that the next caller tries anew.
 * @param isFailure for work that reports expected failures as values instead of rejecting
 */
export function memoizePromise<Key, T>(
  work: (key: Key) => Promise<T>,
  isFailure: (value: T) => boolean = () => false,
): (key: Key) => Promise<T> {
  const promises = new Map<Key, Promise<T>>();
  return (key) => {
    const known = promises.get(key);
    if (known) return known;
    const promise = work(key);
    promises.set(key, promise);
    const forget = () => {
      // Only its own entry: a later attempt may already stand there.
      if (promises.get(key) === promise) promises.delete(key);
    };
    promise.then((value) => {
      if (isFailure(value)) forget();
    }, forget);
    return promise;
  };
}
