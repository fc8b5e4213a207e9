/** What one plan of AbuseIPDB allows. */
export interface Plan {
  readonly name: string;
  /** CHECK requests a day; undefined if there is no limit. */
  readonly checks: number | undefined;
  /** CHECK-BLOCK requests a day. */
  readonly blocks: number;
  readonly list: ListTerms | undefined;
}

/** The blacklist of a plan. */
export interface ListTerms {
  /** Share of the addresses with the score 100 that are on it. */
  readonly share: number;
  /** The score from which it is complete, with all scores; undefined if it has only the score 100. */
  readonly completeFrom: number | undefined;
  /** Hours between two editions, and between two downloads. */
  readonly publishedEvery: number;
  readonly downloadedEvery: number;
}

/**
 * Addresses with the score 100, of which a plan's list has the ones that were reported last. AbuseIPDB does not state
 * the number; aggregates of its lists had 110,000 to 120,000 a day in July 2025
 * (https://github.com/borestad/blocklist-abuseipdb/issues/15).
 */
const ADDRESSES_AT_100 = 115_000;

/** AbuseIPDB makes the public list once a day, and a subscriber's at most once an hour. */
const PUBLIC_LIST = {
  share: 10_000 / ADDRESSES_AT_100,
  completeFrom: undefined,
  publishedEvery: 24,
  downloadedEvery: 6,
} as const;

/** Requests a day and list by plan (https://docs.abuseipdb.com/#api-daily-rate-limits). */
export const PLANS = {
  free: { name: 'free', checks: 1_000, blocks: 100, list: PUBLIC_LIST },
  webmaster: { name: 'webmaster', checks: 3_000, blocks: 250, list: PUBLIC_LIST },
  basic: {
    name: 'basic',
    checks: 10_000,
    blocks: 1_000,
    // Its limit of 100,000 entries is below the number of addresses with the score 100.
    list: {
      share: 100_000 / ADDRESSES_AT_100,
      completeFrom: undefined,
      publishedEvery: 1,
      downloadedEvery: 1,
    },
  },
  premium: {
    name: 'premium',
    checks: 50_000,
    blocks: 5_000,
    // Assumes that fewer than 500,000 addresses have a score from 25 on.
    list: { share: 1, completeFrom: 25, publishedEvery: 1, downloadedEvery: 1 },
  },
  unlimited: { name: 'unlimited', checks: undefined, blocks: 0, list: undefined },
} as const satisfies Record<string, Plan>;
