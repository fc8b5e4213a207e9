/** A moment as the policy's time zone shows it. */
export interface LocalTime {
  readonly hour: number;
  readonly minute: number;
  /** 0 for Sunday, as CEL's getDayOfWeek counts. */
  readonly weekday: number;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTE = 60_000;

/** Returns whether a text is the name of a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The time of the policy's rules. The calendar is asked once a minute and not once a request: that
 * costs some 40 µs. No time zone changes its offset within a minute.
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
    const current = Math.floor(now / MINUTE);
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
