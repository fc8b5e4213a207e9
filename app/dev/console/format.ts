/** Longer texts and lists are cut: they are to be read at a glance. */
const LONGEST_TEXT = 200;
const MOST_ELEMENTS = 12;

/** A value of a condition as CEL would write it. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (value instanceof Date) return `timestamp("${value.toISOString()}")`;
  if (value instanceof Map) {
    const members = [...value].map(
      ([key, member]) => `${formatValue(key)}: ${formatValue(member)}`,
    );
    return `{${some(members)}}`;
  }
  if (value instanceof Set || Array.isArray(value)) return `[${some([...value].map(formatValue))}]`;
  return cut(String(value));
}

/** Seconds, and what they are in words where that is shorter to read. */
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

function some(texts: readonly string[]): string {
  const more = texts.length - MOST_ELEMENTS;
  const shown = texts.slice(0, MOST_ELEMENTS).join(', ');
  return more > 0 ? `${shown}, and ${more} more` : shown;
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
