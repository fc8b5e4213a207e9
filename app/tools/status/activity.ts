/** What one client requested on one day, with one grant and in one version of the contract. A day can have several rows of them. */
export interface Activity {
  /** Days since 1970-01-01, in UTC. */
  readonly day: number;
  readonly tenant: string;
  readonly clientId: string;
  readonly grant: string;
  /** The header `x-wso2-api-version`; `undefined` for a call without it. */
  readonly apiVersion: string | undefined;
  /** The newest known minor version; `undefined` in records of releases that do not record it. */
  readonly contract: string | undefined;
  /** The first field that the release did not know. */
  readonly newField: string | undefined;
  /** Of the policy that decided: `enforce` or `monitor`. */
  readonly policyMode: string | undefined;
  readonly records: number;
  /** The decisions that the records represent: more than the records if they are sampled. */
  readonly requests: number;
  /** Requests without a usable client address. They are always recorded. */
  readonly withoutAddress: number;
}

/** The activity of all clients in whole days up to yesterday, and today so far. */
export interface ActivityWindow {
  readonly rows: readonly Activity[];
  /** Days since 1970-01-01, in UTC. */
  readonly firstDay: number;
  readonly today: number;
  /** False if a day has more rows than Logs Insights returns: the smallest are missing. */
  readonly isComplete: boolean;
}

/** Days to read: two weeks, in which each weekday occurs twice, and the last complete day. */
export const DEFAULT_DAYS = 15;

const DAY_MS = 24 * 60 * 60_000;

/** Returns the day of a time in milliseconds since the epoch. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** Returns the first millisecond of a day. */
export function startOf(day: number): number {
  return day * DAY_MS;
}

/** Returns a day as `2026-11-28`. */
export function formatDay(day: number): string {
  return new Date(startOf(day)).toISOString().slice(0, 10);
}

/** Returns the weekday of a day: 0 is Sunday. */
export function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return (day + 4) % 7;
}
