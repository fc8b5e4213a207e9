/** A time in the policy's time zone. */
export interface LocalTime {
  readonly hour: number;
  readonly minute: number;
  /** 0 for Sunday, like CEL's getDayOfWeek. */
  readonly weekday: number;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTE_MS = 60_000;

/** Returns whether a string is the name of an IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a function that converts milliseconds since the epoch to local time. The calendar computation takes
 * about 40 µs, so it runs once a minute: no time zone changes its offset within a minute.
 */
export function createPolicyClock(timezone: string): (now: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
  });
  let minute = Number.NaN;
  let time: LocalTime;
  return (now) => {
    const current = Math.floor(now / MINUTE_MS);
    if (current !== minute) {
      const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
      time = {
        hour: Number(parts.get('hour')),
        minute: Number(parts.get('minute')),
        weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? ''),
        date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
      };
      minute = current;
    }
    return time;
  };
}
