/** An entry of the request's `allowedOperations`. */
export interface AllowedOperation {
  op: string;
  paths: readonly string[];
}

/**
 * Whether the request allows the operation: its path, or the path up to and including the last slash, is listed
 * for that op. Newer servers also read `*` in a listed path as digits. No request lists one and older servers
 * read it literally, so it is literal here.
 */
export function isAllowed(
  op: string | undefined,
  path: string,
  allowedOperations: readonly AllowedOperation[],
): boolean {
  const listPath = path.slice(0, path.lastIndexOf('/') + 1);
  return allowedOperations.some(
    (allowed) =>
      allowed.op === op && allowed.paths.some((each) => each === path || each === listPath),
  );
}
