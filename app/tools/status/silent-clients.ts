import { type ActivityWindow, weekdayOf } from './activity.ts';

/** A client that used to call regularly and has stopped. */
export interface SilentClient {
  readonly tenant: string;
  readonly clientId: string;
  /** The last day with a call, in days since 1970-01-01. */
  readonly lastDay: number;
  /** Days since then on which a call was expected. */
  readonly missedDays: number;
  /** On days on which the client usually calls. */
  readonly requestsPerDay: number;
}

/** Days before yesterday that must be known. With fewer, a weekend looks like the end of all calls. */
const MIN_HISTORY_DAYS = 7;

/** A client is regular if it called on this many days … */
const MIN_ACTIVE_DAYS = 3;
/** … the first of which is at least this long before the last one: not a trial of a few days. */
const MIN_SPAN_DAYS = 6;

/**
 * Records of a client that must be missing where records are sampled. With fewer, chance may have omitted all of
 * them: the probability is e^-5, or 0.7 %.
 */
const MIN_EXPECTED_RECORDS = 5;

interface Client {
  readonly tenant: string;
  readonly clientId: string;
  readonly days: Set<number>;
  records: number;
  requests: number;
}

/**
 * Returns the clients that have stopped, those with the most requests first: since their last call, more expected days
 * have passed than they ever left out before. Days are expected by weekday, so that a client that never calls on
 * weekends is not silent on a Sunday. A client that calls today is not silent.
 *
 * @param isSampled whether unremarkable decisions are sampled or left out. By default it is derived from the records,
 * which do not show it if none of these decisions is recorded.
 * @returns `undefined` if the log does not reach back far enough to tell.
 */
export function findSilentClients(
  { rows, today }: ActivityWindow,
  isSampled = rows.some(({ records, requests }) => records < requests),
): readonly SilentClient[] | undefined {
  const yesterday = today - 1;
  const liveDays = new Set(rows.map(({ day }) => day));
  const firstLive = Math.min(...liveDays);
  if (!(yesterday - firstLive >= MIN_HISTORY_DAYS)) return undefined;
  return clientsOf(rows)
    .flatMap((client) => silence(client, liveDays, yesterday) ?? [])
    .filter(({ expectedRecords }) => !isSampled || expectedRecords >= MIN_EXPECTED_RECORDS)
    .map(({ expectedRecords: _, ...client }) => client)
    .sort((one, other) => other.requestsPerDay - one.requestsPerDay);
}

function clientsOf(rows: ActivityWindow['rows']): readonly Client[] {
  const clients = new Map<string, Client>();
  for (const { tenant, clientId, day, records, requests } of rows) {
    const key = JSON.stringify([tenant, clientId]);
    let client = clients.get(key);
    if (client === undefined) {
      client = { tenant, clientId, days: new Set(), records: 0, requests: 0 };
      clients.set(key, client);
    }
    client.days.add(day);
    client.records += records;
    client.requests += requests;
  }
  return [...clients.values()];
}

/** @param liveDays days on which any client called: on others, the whole service may have been down. */
function silence(
  client: Client,
  liveDays: ReadonlySet<number>,
  yesterday: number,
): (SilentClient & { readonly expectedRecords: number }) | undefined {
  const { tenant, clientId, days, records, requests } = client;
  const first = Math.min(...days);
  const lastDay = Math.max(...days);
  if (days.size < MIN_ACTIVE_DAYS || lastDay - first < MIN_SPAN_DAYS) return undefined;
  const weekdays = new Set([...days].map(weekdayOf));
  let expected = 0;
  let run = 0;
  let longest = 0;
  for (let day = first; day <= lastDay; day += 1) {
    if (!weekdays.has(weekdayOf(day)) || !liveDays.has(day)) continue;
    expected += 1;
    run = days.has(day) ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  let missedDays = 0;
  for (let day = lastDay + 1; day <= yesterday; day += 1) {
    if (weekdays.has(weekdayOf(day))) missedDays += 1;
  }
  if (missedDays <= longest) return undefined;
  const expectedRecords = (records / expected) * missedDays;
  const requestsPerDay = requests / expected;
  return { tenant, clientId, lastDay, missedDays, requestsPerDay, expectedRecords };
}
