import type { LocalTime } from '../../../src/policy/policy-clock.ts';

/** The date of a case that gives only a time of day: a Monday. */
const DEFAULT_DATE = '2026-01-05';

/** The time of a case that gives none. */
export const DEFAULT_TIME = '12:00';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The time of a case: a moment, or a date and a time of day in the policy's time zone. */
export type CaseTime =
  | { readonly kind: 'moment'; readonly milliseconds: number }
  | { readonly kind: 'local'; readonly text: string; readonly milliseconds: number };

/**
 * Parses `09:30`, `Sun 09:30`, `2026-01-31`, `2026-01-31T09:30` (in the policy's time zone), or a moment with `Z` or an offset.
 * Returns undefined if it is none of them.
 */
export function parseCaseTime(value: unknown): CaseTime | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const ofDay = /^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(\d{2}:\d{2})$/.exec(text);
  if (ofDay) {
    const [, weekday, time = ''] = ofDay;
    const days = weekday === undefined ? 0 : WEEKDAYS.indexOf(weekday);
    return local(text, DEFAULT_DATE, time, days);
  }
  const [, date = '', time = DEFAULT_TIME, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text) ?? [];
  if (date === '') return undefined;
  if (zone === undefined) return local(text, date, time, 0);
  const milliseconds = parseUtc(date, time, zone);
  return milliseconds === undefined ? undefined : { kind: 'moment', milliseconds };
}

function local(text: string, date: string, time: string, days: number): CaseTime | undefined {
  const midnight = parseUtc(date, time, 'Z');
  if (midnight === undefined) return undefined;
  return { kind: 'local', text, milliseconds: midnight + days * DAY_MS };
}

/** `Date.parse` accepts 31 February, and turns it into a day of March, and 24:00. */
function parseUtc(date: string, time: string, zone: string): number | undefined {
  const day = Date.parse(`${date}T00:00:00Z`);
  const milliseconds = Date.parse(`${date}T${time}${zone}`);
  if (Number.isNaN(milliseconds) || Number.isNaN(day) || time.startsWith('24')) return undefined;
  return new Date(day).toISOString().startsWith(date) ? milliseconds : undefined;
}

/**
 * Returns the moment of a time, in milliseconds since the epoch; undefined if the time zone has no such time, because its
 * clocks are put forward. Of two such times, when they are put back, the first one counts.
 *
 * @param clock of the policy.
 */
export function momentOf(time: CaseTime, clock: (now: number) => LocalTime): number | undefined {
  const { kind, milliseconds } = time;
  if (kind === 'moment') return milliseconds;
  const offsetAt = (now: number) =>
    localMilliseconds(clock(now)) - Math.floor(now / MINUTE_MS) * MINUTE_MS;
  // A day before and a day after have the offsets before and after a change of the clocks.
  const offsets = [offsetAt(milliseconds - DAY_MS), offsetAt(milliseconds + DAY_MS)];
  const moments = offsets.map((offset) => milliseconds - offset).sort((one, other) => one - other);
  return moments.find((moment) => moment + offsetAt(moment) === milliseconds);
}

function localMilliseconds({ date, hour, minute }: LocalTime): number {
  return Date.parse(`${date}T00:00:00Z`) + (hour * 60 + minute) * MINUTE_MS;
}
