/** Returns the part after the last slash of a path. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Returns the index in a list to which a segment refers, or `undefined` if there is none. `-` is the last element, -1 in an empty list.
 * Signs and leading zeros are not valid, so that such an operation is skipped.
 */
export function parseIndex(segment: string, size: number): number | undefined {
  if (segment === '-') return size - 1;
  if (!/^(?:0|[1-9][0-9]*)$/.test(segment)) return undefined;
  const index = Number(segment);
  return index < size ? index : undefined;
}

/**
 * Removes the first occurrence of a value, as Java's `List.remove(Object)` does, whatever the index in the path. So
 * a value that is in the list twice needs two removals. Returns whether the list had the value.
 */
export function removeValue(list: unknown[], value: unknown): boolean {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** Whether the list has the value now, or had it in the request: then a replacement with it is skipped. */
export function containsValue(
  value: unknown,
  current: readonly unknown[],
  sent: readonly unknown[],
): boolean {
  return current.includes(value) || sent.includes(value);
}
