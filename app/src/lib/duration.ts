const UNITS = { s: 1, m: 60, h: 3600 } as const;

/**
 * The identity server multiplies seconds by 1000 in a 64-bit number; a hundred years are far below
 * where that overflows, and far above any lifetime that is meant.
 */
const LONGEST = 100 * 365 * 24 * 3600;

/** Reads `90s`, `15m`, `1h` or a whole number of seconds. `undefined` for anything else, zero included. */
export function parseDuration(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? parseText(value) : value;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) return undefined;
  return seconds > 0 && seconds <= LONGEST ? seconds : undefined;
}

function parseText(text: string): number | undefined {
  const match = /^(\d{1,10})([smh])$/.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}
