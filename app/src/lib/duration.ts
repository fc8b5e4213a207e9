import { MAX_DECISION_DEADLINE_MS } from './deadline.ts';

const UNITS = { s: 1, m: 60, h: 3600 } as const;

/**
 * A hundred years: far above any intended lifetime, and far below where the identity server overflows, which
 * multiplies seconds by 1000 in a 64-bit integer.
 */
export const MAX_SECONDS = 100 * 365 * 24 * 3600;

/**
 * Parses a duration: `90s`, `15m`, `1h` or an integer number of seconds. Returns seconds, or `undefined` if it
 * is not valid or zero.
 */
export function parseDuration(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? parseUnits(value) : value;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) return undefined;
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}

/**
 * Parses a duration of a setting, where digits alone are seconds. Returns milliseconds, or `undefined` if it is
 * not valid, zero, or longer than `max`.
 *
 * @param max a duration such as `24h`.
 */
export function parseDurationSetting(value: string, max: string): number | undefined {
  const seconds = parseDuration(/^\d+$/.test(value) ? Number(value) : value);
  return seconds === undefined || seconds > (parseDuration(max) ?? 0) ? undefined : seconds * 1000;
}

/**
 * Parses a time to wait: `150ms`, `1s`. Returns milliseconds, or `undefined` if it is not valid, zero, or longer than
 * any decision may take.
 */
export function parseWait(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d{1,6})(ms|s)$/.exec(value.trim()) : null;
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * (match[2] === 's' ? 1000 : 1);
  return milliseconds > 0 && milliseconds <= MAX_DECISION_DEADLINE_MS ? milliseconds : undefined;
}

function parseUnits(text: string): number | undefined {
  const match = /^(\d{1,10})([smh])$/.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}
