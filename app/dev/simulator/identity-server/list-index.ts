/** What follows the last slash of a path. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * The position that a segment names in a list, or nothing. `-` is the last element, -1 in an empty
 * list. Signs and leading zeros count as no index: a careless spelling is a skipped operation.
 */
export function indexIn(segment: string, size: number): number | undefined {
  if (segment === '-') return size - 1;
  if (!/^(?:0|[1-9][0-9]*)$/.test(segment)) return undefined;
  const index = Number(segment);
  return index < size ? index : undefined;
}

/**
 * Takes one occurrence of a value out of a list, the first one, as Java's `List.remove(Object)` does.
 * So a value that is in the list twice needs two removals, and the index says nothing about which
 * of the two goes. False if there is none left.
 */
export function removeValue(list: unknown[], value: unknown): boolean {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** Whether a value is where a replacement must not find it: in the list now, or when it was sent. */
export function containsValue(
  value: unknown,
  current: readonly unknown[],
  sent: readonly unknown[],
): boolean {
  return current.includes(value) || sent.includes(value);
}
