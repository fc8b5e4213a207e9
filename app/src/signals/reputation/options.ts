import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AgentFactory } from '../../lib/agents.ts';
import type { ReputationHooks } from './hooks.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long a record counts as fresh, in milliseconds, by the band of its score. */
export interface ReputationTtl {
  /** Scores 0 to 24. */
  readonly low: number;
  /** Scores 25 to 74. */
  readonly elevated: number;
  /** Scores 75 to 100. */
  readonly high: number;
}

/** Every number that the reputation lookup goes by. Times are in milliseconds. */
export interface ReputationLimits {
  /** The window of AbuseIPDB's counts, 1 to 365 days. Part of the table's key. */
  readonly maxAgeInDays: number;
  readonly ttl: ReputationTtl;
  /** How old a record may be and still stand in when AbuseIPDB cannot be asked. */
  readonly maxStaleAge: number;
  /** How long a failed check of an address is remembered. */
  readonly negativeTtl: number;
  /** How long it is remembered that AbuseIPDB refused an address or its parameters (422). */
  readonly rejectionTtl: number;
  /** Records kept in memory. */
  readonly memoryEntries: number;
  /** Checks at one time; beyond them nothing queues. */
  readonly maxConcurrentChecks: number;
  /** For one whole check, from connecting to the last byte of the body. */
  readonly abuseIpdbTimeout: number;
  /** For one read of the table. */
  readonly cacheReadTimeout: number;
  /** For one write to the table, which nobody waits for. */
  readonly cacheWriteTimeout: number;
  /** For the one read at boot, which pays for credentials and TLS. */
  readonly warmTimeout: number;
  /** Reads of records under way at one time; beyond them an address is a miss, and nothing queues. */
  readonly maxPendingReads: number;
  /** Writes under way at one time; beyond them a record stays in memory only. */
  readonly maxPendingWrites: number;
  /** How old a task's knowledge of a shared closing may get. */
  readonly sharedQuotaReread: number;
}

export const REPUTATION_DEFAULTS: ReputationLimits = {
  // AbuseIPDB's own default, and the window that its score bands are read against.
  maxAgeInDays: 30,
  ttl: {
    // Most addresses, and they seldom change: this is what makes a quota of 1,000 a day last.
    low: 6 * HOUR,
    // Close to a threshold on both sides, and it costs the user something: asked again soonest.
    elevated: 1 * HOUR,
    // Far from the threshold, and a refusal should end soon after reports decay.
    high: 2 * HOUR,
  },
  // An outage of a day is bridged; a shared address can change hands after that.
  maxStaleAge: 24 * HOUR,
  // Short enough to recover soon, long enough that retries of one login ask once.
  negativeTtl: 10 * SECOND,
  // The same question gets the same refusal until something is deployed.
  rejectionTtl: 1 * HOUR,
  // What two days' quota of the largest published plan brings: no record that still counts has to go.
  // Some 20 MB when full, and 200 MB were every text as long as it may be.
  memoryEntries: 100_000,
  // At 0.3 s a check that is 200 new addresses a second, far above any quota.
  maxConcurrentChecks: 64,
  // Leaves 0.3 s of the default deadline of 1.2 s for everything else; a check takes 0.3 s.
  abuseIpdbTimeout: 900,
  // Single-digit milliseconds are usual; a slower answer is not worth its wait.
  cacheReadTimeout: 50,
  cacheWriteTimeout: 1 * SECOND,
  warmTimeout: 2 * SECOND,
  // With the writes as many as the client has sockets: one more would spend its time waiting for one,
  // and a burst of invented addresses would look like a failing table.
  maxPendingReads: 96,
  // Well below the client's sockets, so that hanging writes leave some to the reads.
  maxPendingWrites: 32,
  sharedQuotaReread: 5 * SECOND,
};

/** What the reputation lookup is made of. Limits left out are the defaults. */
export interface ReputationOptions extends Partial<ReputationLimits> {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** API root of AbuseIPDB, such as `https://api.abuseipdb.com/api/v2`. */
  readonly baseUrl: string;
  /** The API key as it is now. None (or an empty one) means cause `auth`, without a call. */
  readonly key: () => string | undefined;
  readonly table: { readonly client: DynamoDBClient; readonly name: string };
  readonly hooks?: ReputationHooks;
  /** Makes the connections to AbuseIPDB. @default connects directly */
  readonly agents?: AgentFactory;
}

/** The options with the defaults filled in; `undefined` counts as left out. */
export function limitsOf(options: ReputationOptions): ReputationLimits {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...REPUTATION_DEFAULTS, ...Object.fromEntries(given) };
}
