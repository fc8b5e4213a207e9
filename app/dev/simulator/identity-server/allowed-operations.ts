/** One line of the request's `allowedOperations`. */
export interface AllowedOperation {
  op: string;
  paths: readonly string[];
}

/**
 * Whether the request offers the operation: its path, or its path up to and including the last slash,
 * is listed for that op. Newer servers also read `*` in a listed path as digits; no request lists
 * one, and older servers take it literally, so it is literal here.
 */
export function isOffered(
  op: string | undefined,
  path: string,
  allowedOperations: readonly AllowedOperation[],
): boolean {
  const list = path.slice(0, path.lastIndexOf('/') + 1);
  return allowedOperations.some(
    (allowed) =>
      allowed.op === op && allowed.paths.some((offered) => offered === path || offered === list),
  );
}
