const FORMAT = new Intl.ListFormat('en-GB');

/** Returns `a`, `a and b`, `a, b and c`. */
export function listInWords(items: readonly string[]): string {
  return FORMAT.format(items);
}
