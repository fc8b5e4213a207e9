/** A value that a claim can have: the identity server silently drops null, objects and mixed lists. */
export type ClaimValue = string | number | boolean | readonly string[];

/** One change to the token, in the format of the contract. An additional field would invalidate the response. */
export type Operation =
  | {
      readonly op: 'add';
      readonly path: string;
      readonly value: string | { readonly name: string; readonly value: ClaimValue };
    }
  | { readonly op: 'replace'; readonly path: string; readonly value: ClaimValue }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The operations that a request allows. The identity server silently drops any other, so each one is checked
 * before it is sent.
 */
export interface AllowedOperations {
  /** Returns whether an operation on a path would be applied rather than dropped. */
  allows(op: Operation['op'], path: string): boolean;
}

/** Reads the field `allowedOperations`: a list of `{ op, paths }`. Malformed entries allow nothing. */
export function readAllowedOperations(field: unknown): AllowedOperations {
  // Lazily, because most tokens are issued unchanged.
  let paths: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return {
    allows(op, path) {
      paths ??= pathsByOperation(field);
      const allowed = paths.get(op);
      if (allowed === undefined) return false;
      // The list before its elements: thousands of scopes may be removed one by one.
      return allowed.has(path.slice(0, path.lastIndexOf('/') + 1)) || allowed.has(path);
    },
  };
}

function pathsByOperation(field: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, Set<string>>();
  for (const entry of Array.isArray(field) ? field : []) {
    if (typeof entry?.op !== 'string' || !Array.isArray(entry.paths)) continue;
    const known = paths.get(entry.op);
    if (known === undefined) paths.set(entry.op, new Set(entry.paths));
    else for (const path of entry.paths) known.add(path);
  }
  return paths;
}
