const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The lowest score of the high band. */
export const HIGH_SCORE = 75;

/** Milliseconds for which a record is fresh, by the band of its score. */
export interface ReputationTtl {
  /** Scores 0 to 24. */
  readonly low: number;
  /** Scores 25 to 74. */
  readonly elevated: number;
  /** Scores 75 to 100. */
  readonly high: number;
}

/** New addresses that are looked up in an hour, at most. */
export interface LookupBudgets {
  /** For one user. */
  readonly user: number;
  /** For one client, on behalf of no user. */
  readonly client: number;
  /** In one /24 or, for IPv6, one /48. */
  readonly network: number;
  /** In one /64. */
  readonly subnet: number;
}

/** Limits of the reputation lookup. Times are in milliseconds. */
export interface ReputationLimits {
  /** Days of reports that AbuseIPDB counts, 1 to 365. Part of the cache key. */
  readonly maxAgeInDays: number;
  readonly ttl: ReputationTtl;
  /** Age up to which a stale record is used while AbuseIPDB cannot be called. */
  readonly maxStaleAge: number;
  /** As `maxStaleAge`, for a score of the high band, also if it is inherited; `maxStaleAge` if that is longer. */
  readonly highScoreMemory: number;
  /** New addresses that are looked up in an hour, at most. */
  readonly budgets: LookupBudgets;
  /** TTL of a failed check of an address. */
  readonly negativeTtl: number;
  /** TTL of a 422, with which AbuseIPDB rejects an address or its parameters. */
  readonly rejectionTtl: number;
  /** Records in the memory cache. */
  readonly memoryEntries: number;
  /** Concurrent checks. A check beyond them fails at once; nothing queues. */
  readonly maxConcurrentChecks: number;
  /** Timeout of one check, from connecting to the last byte of the body. */
  readonly abuseIpdbTimeout: number;
  /** Timeout of one read from DynamoDB. */
  readonly cacheReadTimeout: number;
  /** Timeout of one write to DynamoDB. No request waits for a write. */
  readonly cacheWriteTimeout: number;
  /** Timeout of the first read at startup, which includes fetching credentials and the TLS handshake. */
  readonly warmUpTimeout: number;
  /** Concurrent reads of records. A read beyond them is a cache miss; nothing queues. */
  readonly maxPendingReads: number;
  /** Concurrent writes. A record beyond them is cached in memory only. */
  readonly maxPendingWrites: number;
  /** Interval at which a task reads the exhausted quota that other tasks share through DynamoDB. */
  readonly sharedQuotaReread: number;
}

/** The only place that defines these defaults; the settings read them from here. */
export const REPUTATION_DEFAULTS: ReputationLimits = {
  // AbuseIPDB's own default, and the window for which its score bands are meant.
  maxAgeInDays: 30,
  ttl: {
    // Most addresses are in this band and seldom change: this makes a quota of 1,000 a day sufficient.
    low: 6 * HOUR,
    // Close to both thresholds, and the user is restricted: checked again soonest.
    elevated: 1 * HOUR,
    // Far from the threshold, and a refusal should end soon after reports decay.
    high: 2 * HOUR,
  },
  // Bridges an outage of a day. After that a shared address may have changed hands.
  maxStaleAge: 24 * HOUR,
  // The window of reports that AbuseIPDB counts by default. Nobody can end a refusal by using up the quota.
  highScoreMemory: 30 * DAY,
  budgets: {
    // Nobody logs in from thirty new networks in an hour.
    user: 30,
    network: 30,
    // A client that acts for nobody may still serve many, as a gateway does.
    client: 2_000,
    // The devices of a household, with an address a day each.
    subnet: 16,
  },
  // Short enough to recover soon, long enough that the retries of one login cost one check.
  negativeTtl: 10 * SECOND,
  // The same request is rejected again until a new version is deployed.
  rejectionTtl: 1 * HOUR,
  // Two days' quota of the largest published plan, so no usable record is evicted.
  // About 20 MB when full, and 200 MB if every string had its maximum length.
  memoryEntries: 100_000,
  // At 0.3 s a check this is 200 new addresses a second, far above any quota.
  maxConcurrentChecks: 64,
  // A check takes 0.3 s. The default deadline of 1.2 s leaves 0.3 s for everything else.
  abuseIpdbTimeout: 900,
  // Reads usually take single-digit milliseconds; a slower one is not worth the wait.
  cacheReadTimeout: 50,
  cacheWriteTimeout: 1 * SECOND,
  warmUpTimeout: 2 * SECOND,
  // Reads and writes together have as many slots as the client has sockets. One more would wait for a
  // socket, so that a burst of invented addresses would look like a failing table.
  maxPendingReads: 96,
  // Well below the client's sockets, so that hanging writes leave some for reads.
  maxPendingWrites: 32,
  sharedQuotaReread: 5 * SECOND,
};
