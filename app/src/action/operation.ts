/** What the value of a claim can be: the identity server silently drops null, objects and mixed lists. */
export type ClaimValue = string | number | boolean | readonly string[];

/** One change to the token, as the identity server reads it. A further field would invalidate the response. */
export type Operation =
  | {
      readonly op: 'add';
      readonly path: string;
      readonly value: string | { readonly name: string; readonly value: ClaimValue };
    }
  | { readonly op: 'replace'; readonly path: string; readonly value: ClaimValue }
  | { readonly op: 'remove'; readonly path: string };

/**
 * Which operations the request admits. The identity server drops any other silently, so each is checked
 * here before it is sent.
 */
export interface AllowedOperations {
  /** Whether an operation on this path would be applied rather than dropped. */
  allows(op: Operation['op'], path: string): boolean;
}

/** Reads `allowedOperations` of a request: a list of `{ op, paths }`. Entries of another form allow nothing. */
export function readAllowedOperations(member: unknown): AllowedOperations {
  // Read when it is first asked: most tokens are issued as they are.
  let paths: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return {
    allows(op, path) {
      paths ??= pathsByOperation(member);
      const admitted = paths.get(op);
      if (admitted === undefined) return false;
      // The list first: thousands of scopes may be removed one by one.
      return admitted.has(path.slice(0, path.lastIndexOf('/') + 1)) || admitted.has(path);
    },
  };
}

function pathsByOperation(member: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, Set<string>>();
  for (const entry of Array.isArray(member) ? member : []) {
    if (typeof entry?.op !== 'string' || !Array.isArray(entry.paths)) continue;
    const known = paths.get(entry.op);
    if (known === undefined) paths.set(entry.op, new Set(entry.paths));
    else for (const path of entry.paths) known.add(path);
  }
  return paths;
}
