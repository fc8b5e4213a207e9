/** Longer strings and lists are truncated, so that values can be read at a glance. */
const MAX_CHARACTERS = 200;
const MAX_ELEMENTS = 12;

/** Formats a value of a condition as a CEL literal. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(truncate(value));
  if (value instanceof Date) return `timestamp("${value.toISOString()}")`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, entry]) => `${formatValue(key)}: ${formatValue(entry)}`);
    return `{${joinFirst(entries)}}`;
  }
  if (value instanceof Set || Array.isArray(value)) {
    return `[${joinFirst([...value].map(formatValue))}]`;
  }
  return truncate(String(value));
}

/** Formats seconds, followed by the largest unit that divides them: `3600 s (1 h)`. */
export function formatSeconds(seconds: number): string {
  for (const [unit, length] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const) {
    if (seconds >= length && seconds % length === 0) {
      return `${seconds} s (${seconds / length} ${unit})`;
    }
  }
  return `${seconds} s`;
}

const MINUTE_MS = 60_000;

/** Formats an age in milliseconds with one unit, rounded down: `3 hours`. */
export function formatAge(milliseconds: number): string {
  for (const [unit, length] of [
    ['day', 1440 * MINUTE_MS],
    ['hour', 60 * MINUTE_MS],
    ['minute', MINUTE_MS],
  ] as const) {
    const count = Math.floor(milliseconds / length);
    // Up to two days, hours say more.
    if (count >= (unit === 'day' ? 2 : 1)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

function joinFirst(elements: readonly string[]): string {
  const omitted = elements.length - MAX_ELEMENTS;
  const joined = elements.slice(0, MAX_ELEMENTS).join(', ');
  return omitted > 0 ? `${joined}, and ${omitted} more` : joined;
}

function truncate(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}
