import type { ConfiguredFeed } from '../feeds/model/configured-feeds.ts';
import { type ProxySettings, readProxySettings } from '../lib/proxy/settings.ts';
import type { ReputationLimits } from '../signals/reputation/limits.ts';
import type { StoreLocation } from '../store/location.ts';
import type { LogLevel } from '../telemetry/log-level.ts';
import type { AddressFormat } from '../telemetry/recorded-address.ts';
import type { TelemetrySettings } from '../telemetry/telemetry.ts';
import { type Options, parseOptions, requireValid } from './options.ts';
import { checkSettings, parseAddressHeaderSettings, parseFeedSettings } from './setting-checks.ts';
import { SETTINGS } from './setting-table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A credential or key: its value, or the ARN of the secret that contains it. */
export type SecretSetting<Name extends string> =
  | { readonly [key in Name]: string }
  | { readonly secretArn: string };

/** The configuration of the service, read once at startup. Durations are in milliseconds. */
export interface Settings {
  readonly port: number;
  readonly policyFile: string;
  readonly geoDatabases: readonly string[];
  readonly actionCredential: SecretSetting<'json'>;
  readonly abuseIpdbKey: SecretSetting<'key'>;
  readonly abuseIpdbBaseUrl: string;
  readonly reputationTable: string;
  readonly decisionDeadline: number;
  readonly abuseIpdbTimeout: number;
  readonly dynamoDbTimeout: number;
  /** Header names in lower case. */
  readonly addressHeaders: readonly string[];
  readonly trustedProxyHops: number;
  /** Set if an address counts only with a signature of the operator's edge. */
  readonly addressSignature: SecretSetting<'secret'> | undefined;
  readonly logLevel: LogLevel;
  readonly telemetry: TelemetrySettings;
  readonly reputation: ReputationSettings;
  readonly feeds: FeedSettings;
  readonly secretsRefresh: number;
  /** Undefined if all connections are direct. */
  readonly proxy: ProxySettings | undefined;
  /** How long the previous version of a rotated secret is accepted; 0 rejects it at once. */
  readonly credentialPreviousTtl: number;
  /** How long new requests are accepted after SIGTERM, until the load balancer stops sending them. */
  readonly drainDelay: number;
}

export interface FeedSettings {
  /** In the order of `FEEDS`. */
  readonly configured: readonly ConfiguredFeed[];
  /** Undefined if there are no feeds. */
  readonly store: StoreLocation | undefined;
  /** Maximum time between two reads of the pointers. */
  readonly pollInterval: number;
  /** Age up to which an address that is not on AbuseIPDB's blacklist counts as below its scores. */
  readonly blacklistMaxAge: number;
}

export type ReputationSettings = Pick<
  ReputationLimits,
  | 'ttl'
  | 'maxStaleAge'
  | 'highScoreMemory'
  | 'budgets'
  | 'negativeTtl'
  | 'memoryEntries'
  | 'maxConcurrentChecks'
  | 'maxAgeInDays'
> & {
  /** Whether CHECK-BLOCK may be used if the policy reads only the score. */
  readonly checkBlock: boolean;
};

/**
 * Reads the settings from environment variables. An empty or blank variable counts as not set.
 *
 * @throws ConfigError with all issues.
 */
export function readSettings(environment: Environment): Settings {
  const variables = withoutBlanks(environment);
  const parsed = parseOptions(SETTINGS, variables);
  parsed.issues.push(...checkSettings(parsed.options, variables));
  const proxy = readProxySettings(environment, (issue) => parsed.issues.push(issue));
  const options = requireValid(parsed);
  return {
    port: options.PORT,
    policyFile: options.POLICY_FILE,
    geoDatabases: options.GEO_DATABASE,
    actionCredential: secret(
      'json',
      options.ACTION_CREDENTIAL,
      options.ACTION_CREDENTIAL_SECRET_ARN,
    ),
    abuseIpdbKey: secret('key', options.ABUSEIPDB_API_KEY, options.ABUSEIPDB_SECRET_ARN),
    abuseIpdbBaseUrl: options.ABUSEIPDB_BASE_URL,
    reputationTable: options.REPUTATION_TABLE,
    decisionDeadline: options.DECISION_DEADLINE_MS,
    abuseIpdbTimeout: options.ABUSEIPDB_TIMEOUT_MS,
    dynamoDbTimeout: options.DYNAMODB_TIMEOUT_MS,
    addressHeaders: parseAddressHeaderSettings(options).names,
    trustedProxyHops: options.TRUSTED_PROXY_HOPS,
    addressSignature: optionalSecret(
      'secret',
      options.ADDRESS_SIGNATURE_SECRET,
      options.ADDRESS_SIGNATURE_SECRET_ARN,
    ),
    logLevel: options.LOG_LEVEL,
    telemetry: {
      service: options.SERVICE_NAME,
      metricsInterval: options.METRICS_INTERVAL,
      issuedSamplePercent: options.DECISION_LOG_ISSUED_PERCENT,
      address: addressFormat(options),
    },
    reputation: {
      ttl: {
        low: options.REPUTATION_TTL_LOW,
        elevated: options.REPUTATION_TTL_ELEVATED,
        high: options.REPUTATION_TTL_HIGH,
      },
      maxStaleAge: options.REPUTATION_MAX_STALE_AGE,
      highScoreMemory: options.REPUTATION_HIGH_SCORE_MEMORY,
      budgets: {
        user: options.LOOKUP_BUDGET_USER,
        network: options.LOOKUP_BUDGET_NETWORK,
        client: options.LOOKUP_BUDGET_CLIENT,
        subnet: options.LOOKUP_BUDGET_SUBNET,
      },
      negativeTtl: options.REPUTATION_NEGATIVE_TTL,
      memoryEntries: options.REPUTATION_MEMORY_ENTRIES,
      maxConcurrentChecks: options.ABUSEIPDB_CONCURRENCY,
      maxAgeInDays: options.ABUSEIPDB_MAX_AGE_IN_DAYS,
      checkBlock: options.ABUSEIPDB_CHECK_BLOCK,
    },
    feeds: {
      configured: parseFeedSettings(options).feeds,
      store: options.FEED_STORE,
      pollInterval: options.FEED_POLL_INTERVAL,
      blacklistMaxAge: options.BLACKLIST_MAX_AGE,
    },
    secretsRefresh: options.SECRETS_REFRESH_INTERVAL,
    credentialPreviousTtl: options.CREDENTIAL_PREVIOUS_TTL,
    proxy,
    drainDelay: options.DRAIN_DELAY_MS,
  };
}

/** Settings whose blank value is an issue: ignoring it would switch off the signature check. */
const INVALID_IF_BLANK: readonly string[] = [
  'ADDRESS_SIGNATURE_SECRET',
  'ADDRESS_SIGNATURE_SECRET_ARN',
];

function withoutBlanks(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => value?.trim() !== '' || INVALID_IF_BLANK.includes(name),
    ),
  );
}

function secret<Name extends string>(
  key: Name,
  value: string | undefined,
  secretArn: string | undefined,
): SecretSetting<Name> {
  if (secretArn !== undefined) return { secretArn };
  return { [key]: value ?? '' } as { [K in Name]: string };
}

function optionalSecret<Name extends string>(
  key: Name,
  value: string | undefined,
  secretArn: string | undefined,
): SecretSetting<Name> | undefined {
  const isSet = value !== undefined || secretArn !== undefined;
  return isSet ? secret(key, value, secretArn) : undefined;
}

function addressFormat(options: Options<typeof SETTINGS>): AddressFormat {
  const form = options.DECISION_LOG_ADDRESS;
  return form === 'hashed' ? { form, key: options.DECISION_LOG_HASH_KEY ?? '' } : { form };
}
