import { DEFAULT_DRAIN_DELAY_MS, MAX_DRAIN_DELAY_MS } from '../http/shutdown.ts';
import { MAX_DECISION_DEADLINE_MS } from '../lib/deadline.ts';
import {
  DEFAULT_PREVIOUS_TTL,
  PREVIOUS_TTL_FORM,
  parsePreviousTtl,
} from '../secrets/previous-ttl.ts';
import { isSecretArn } from '../secrets/versions.ts';
import {
  DEFAULT_ADDRESS_HEADER,
  MAX_TRUSTED_PROXY_HOPS,
} from '../signals/address/header-formats.ts';
import { bundledGeoDatabase } from '../signals/geo/database.ts';
import { REPUTATION_DEFAULTS } from '../signals/reputation/limits.ts';
import { parseStoreLocation } from '../store/location.ts';
import { LOG_LEVELS } from '../telemetry/log-level.ts';
import { ADDRESS_FORMATS } from '../telemetry/recorded-address.ts';
import {
  duration,
  flag,
  invalid,
  matching,
  oneOf,
  parsed,
  string,
  wholeNumber,
} from './schemas.ts';

export const DEFAULT_DECISION_DEADLINE_MS = 1200;

/** Age from which AbuseIPDB's blacklist clears no address. The free plan's list is renewed once a day. */
export const DEFAULT_BLACKLIST_MAX_AGE = '30h';
export const MAX_BLACKLIST_MAX_AGE = '720h';

/** Lookups are counted with 16 bits. */
export const MAX_LOOKUP_BUDGET = 60_000;
export const MAX_HIGH_SCORE_MEMORY = '2160h';

/** Read by `readProxySettings`, in upper or lower case as in curl. */
export const PROXY_SETTINGS = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** Every other setting of the service. Durations become milliseconds. docs/configuration.md explains each one. */
export const SETTINGS = {
  PORT: wholeNumber(0, 65_535).default(3000),
  POLICY_FILE: string().default('app/policy.yaml'),
  GEO_DATABASE: geoDatabases().default(() => [bundledGeoDatabase()]),

  ACTION_CREDENTIAL: string().optional(),
  ACTION_CREDENTIAL_SECRET_ARN: secretArn().optional(),
  CREDENTIAL_PREVIOUS_TTL: parsed(PREVIOUS_TTL_FORM, parsePreviousTtl).prefault(
    DEFAULT_PREVIOUS_TTL,
  ),
  // A rotation should take effect within a day.
  SECRETS_REFRESH_INTERVAL: duration('24h').prefault('5m'),

  ABUSEIPDB_API_KEY: string().optional(),
  ABUSEIPDB_SECRET_ARN: secretArn().optional(),
  ABUSEIPDB_BASE_URL: httpUrl().default('https://api.abuseipdb.com/api/v2'),
  ABUSEIPDB_TIMEOUT_MS: wholeNumber(10, 4000).default(REPUTATION_DEFAULTS.abuseIpdbTimeout),
  ABUSEIPDB_CONCURRENCY: wholeNumber(1, 1000).default(REPUTATION_DEFAULTS.maxConcurrentChecks),
  ABUSEIPDB_CHECK_BLOCK: flag().default(false),
  ABUSEIPDB_MAX_AGE_IN_DAYS: wholeNumber(1, 365).default(REPUTATION_DEFAULTS.maxAgeInDays),

  REPUTATION_TABLE: matching(
    /^(?:arn:\S+|[A-Za-z0-9_.-]{3,255})$/,
    'the name of a DynamoDB table (letters, digits, and _ . -) or its ARN',
  ),
  REPUTATION_TTL_LOW: duration().default(REPUTATION_DEFAULTS.ttl.low),
  REPUTATION_TTL_ELEVATED: duration().default(REPUTATION_DEFAULTS.ttl.elevated),
  REPUTATION_TTL_HIGH: duration().default(REPUTATION_DEFAULTS.ttl.high),
  REPUTATION_MAX_STALE_AGE: duration().default(REPUTATION_DEFAULTS.maxStaleAge),
  REPUTATION_HIGH_SCORE_MEMORY: duration(MAX_HIGH_SCORE_MEMORY).default(
    REPUTATION_DEFAULTS.highScoreMemory,
  ),
  LOOKUP_BUDGET_USER: lookupBudget().default(REPUTATION_DEFAULTS.budgets.user),
  LOOKUP_BUDGET_NETWORK: lookupBudget().default(REPUTATION_DEFAULTS.budgets.network),
  LOOKUP_BUDGET_CLIENT: lookupBudget().default(REPUTATION_DEFAULTS.budgets.client),
  LOOKUP_BUDGET_SUBNET: lookupBudget().default(REPUTATION_DEFAULTS.budgets.subnet),
  REPUTATION_NEGATIVE_TTL: duration().default(REPUTATION_DEFAULTS.negativeTtl),
  REPUTATION_MEMORY_ENTRIES: wholeNumber(1, 10_000_000).default(REPUTATION_DEFAULTS.memoryEntries),
  DYNAMODB_TIMEOUT_MS: wholeNumber(5, 4000).default(REPUTATION_DEFAULTS.cacheReadTimeout),

  // Parsed by parseFeeds, in setting-checks.
  FEEDS: string().default(''),
  FEED_STORE: parsed('a folder, or s3://bucket', parseStoreLocation).optional(),
  // A new snapshot should be in use long before the next one.
  FEED_POLL_INTERVAL: duration('1h').prefault('5m'),
  BLACKLIST_MAX_AGE: duration(MAX_BLACKLIST_MAX_AGE).prefault(DEFAULT_BLACKLIST_MAX_AGE),

  DECISION_DEADLINE_MS: wholeNumber(50, MAX_DECISION_DEADLINE_MS).default(
    DEFAULT_DECISION_DEADLINE_MS,
  ),
  DRAIN_DELAY_MS: wholeNumber(0, MAX_DRAIN_DELAY_MS).default(DEFAULT_DRAIN_DELAY_MS),

  // Checked together, by parseAddressHeaders.
  ADDRESS_HEADERS: string().default(DEFAULT_ADDRESS_HEADER),
  TRUSTED_PROXY_HOPS: wholeNumber(0, MAX_TRUSTED_PROXY_HOPS).default(0),
  ADDRESS_SIGNATURE_SECRET: string().optional(),
  ADDRESS_SIGNATURE_SECRET_ARN: secretArn().optional(),

  LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
  DECISION_LOG_ISSUED_PERCENT: wholeNumber(0, 100).default(100),
  DECISION_LOG_ADDRESS: oneOf(ADDRESS_FORMATS).default('whole'),
  DECISION_LOG_HASH_KEY: string().optional(),
  SERVICE_NAME: matching(
    /^[\w./:#-]{1,200}$/,
    'a name of at most 200 letters, digits, and . _ / : # -',
  ).default('risk-gate'),
  // CloudWatch aggregates by the minute: with a longer interval some minutes would have no data.
  METRICS_INTERVAL: duration('1m').prefault('30s'),
};

/** Comma-separated paths or S3 locations. */
function geoDatabases() {
  return parsed('a path, or comma-separated paths without an empty entry', (value) => {
    const paths = new Set(value.split(',').map((path) => path.trim()));
    return paths.has('') ? undefined : [...paths];
  });
}

function secretArn() {
  return string().transform((value, context) =>
    isSecretArn(value)
      ? value
      : // Without the value, which may be the secret itself in the wrong setting.
        invalid(
          context,
          'must be the ARN of a secret in Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>',
        ),
  );
}

function lookupBudget() {
  return wholeNumber(1, MAX_LOOKUP_BUDGET);
}

/** Trailing slashes are removed. */
function httpUrl() {
  return string().transform((value, context) =>
    isPlainHttpUrl(value)
      ? value.replace(/\/+$/, '')
      : invalid(
          context,
          `must be an http or https URL without user, query and fragment, got "${redactUrl(value)}"`,
        ),
  );
}

function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, username, hash } = new URL(value);
  return /^https?:$/.test(protocol) && search === '' && username === '' && hash === '';
}

/** Removes the user, password, query and fragment of a URL, valid or not. */
function redactUrl(url: string): string {
  return url.replace(/[?#].*/s, '?…').replace(/^([a-z]*:?\/\/)?.*@/is, '$1…@');
}
