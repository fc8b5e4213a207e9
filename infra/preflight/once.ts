/** Returns a function that calls another one once and then repeats its result, so that checks share a request. */
export function once<T>(get: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= get();
    return result;
  };
}
