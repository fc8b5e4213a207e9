/** Returns the local time of day, as `23:59:59`. */
export function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB');
}

/** Truncates a string to a length that includes the ellipsis. */
export function truncate(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text;
}
