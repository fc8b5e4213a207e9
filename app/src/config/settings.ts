import { DEFAULT_DRAIN_DELAY_MS, MAX_DRAIN_DELAY_MS } from '../http/shutdown.ts';
import { type ProxySettings, readProxySettings } from '../lib/proxy.ts';
import {
  DEFAULT_PREVIOUS_TTL,
  PREVIOUS_TTL_FORM,
  parsePreviousTtl,
} from '../secrets/previous-ttl.ts';
import {
  DEFAULT_ADDRESS_HEADER,
  MAX_TRUSTED_PROXY_HOPS,
  parseAddressHeaders,
} from '../signals/address/header-formats.ts';
import { parseSignatureSecret } from '../signals/address/signature.ts';
import { bundledGeoDatabase } from '../signals/geo/database.ts';
import { REPUTATION_DEFAULTS, type ReputationLimits } from '../signals/reputation/limits.ts';
import { ADDRESS_FORMATS, type AddressFormat } from '../telemetry/recorded-address.ts';
import type { TelemetrySettings } from '../telemetry/telemetry.ts';
import { type Environment, type SecretSetting, SettingsReader } from './settings-reader.ts';

/** Everything that the service is told from outside, read once. Times in milliseconds. */
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
  /** Present when an address counts only with a signature of the operator's edge. */
  readonly addressSignature: SecretSetting<'secret'> | undefined;
  readonly logLevel: LogLevel;
  readonly telemetry: TelemetrySettings;
  readonly reputation: ReputationSettings;
  readonly secretsRefresh: number;
  /** Absent when everything is reached directly. */
  readonly proxy: ProxySettings | undefined;
  /** How long the previous version of a rotated secret is accepted; 0 for not at all. */
  readonly credentialPreviousTtl: number;
  /** How long requests are still taken after SIGTERM, while the load balancer learns of it. */
  readonly drainDelay: number;
}

export type ReputationSettings = Pick<
  ReputationLimits,
  'ttl' | 'maxStaleAge' | 'negativeTtl' | 'memoryEntries' | 'maxConcurrentChecks' | 'maxAgeInDays'
>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Settings that cannot be used; its message has a sentence for each mistake. */
export class SettingsError extends Error {}

/**
 * Reads the settings from environment variables; an empty one counts as not set.
 *
 * @throws SettingsError that names every mistake at once.
 */
export function readSettings(environment: Environment): Settings {
  const read = new SettingsReader(environment);
  const settings: Settings = {
    port: read.number('PORT', 3000, 0, 65_535),
    policyFile: read.text('POLICY_FILE') ?? 'app/policy.yaml',
    geoDatabases: readGeoDatabases(read),
    actionCredential: read.secret('ACTION_CREDENTIAL', 'json', 'ACTION_CREDENTIAL_SECRET_ARN'),
    abuseIpdbKey: read.secret('ABUSEIPDB_API_KEY', 'key', 'ABUSEIPDB_SECRET_ARN'),
    abuseIpdbBaseUrl: read.url('ABUSEIPDB_BASE_URL', 'https://api.abuseipdb.com/api/v2'),
    reputationTable: read.table('REPUTATION_TABLE'),
    // The identity server gives up after 3 s (Asgardeo) or 5 s, and asks once more.
    decisionDeadline: read.number('DECISION_DEADLINE_MS', 1200, 50, 2500),
    abuseIpdbTimeout: read.number(
      'ABUSEIPDB_TIMEOUT_MS',
      REPUTATION_DEFAULTS.abuseIpdbTimeout,
      10,
      4000,
    ),
    dynamoDbTimeout: read.number(
      'DYNAMODB_TIMEOUT_MS',
      REPUTATION_DEFAULTS.cacheReadTimeout,
      5,
      4000,
    ),
    ...readAddressHeaders(read),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    telemetry: {
      service:
        read.matching('SERVICE_NAME', /^[\w./:#-]{1,200}$/, 'letters, digits and . _ / : # -') ??
        'risk-gate',
      // CloudWatch keeps minutes: with a longer interval some would have no data.
      metricsInterval: read.duration('METRICS_INTERVAL', '30s', '1m'),
      issuedSamplePercent: read.number('DECISION_LOG_ISSUED_PERCENT', 100, 0, 100),
      address: readAddressForm(read),
    },
    reputation: {
      ttl: {
        low: read.duration('REPUTATION_TTL_LOW', seconds(REPUTATION_DEFAULTS.ttl.low)),
        elevated: read.duration(
          'REPUTATION_TTL_ELEVATED',
          seconds(REPUTATION_DEFAULTS.ttl.elevated),
        ),
        high: read.duration('REPUTATION_TTL_HIGH', seconds(REPUTATION_DEFAULTS.ttl.high)),
      },
      maxStaleAge: read.duration(
        'REPUTATION_MAX_STALE_AGE',
        seconds(REPUTATION_DEFAULTS.maxStaleAge),
      ),
      negativeTtl: read.duration(
        'REPUTATION_NEGATIVE_TTL',
        seconds(REPUTATION_DEFAULTS.negativeTtl),
      ),
      memoryEntries: read.number(
        'REPUTATION_MEMORY_ENTRIES',
        REPUTATION_DEFAULTS.memoryEntries,
        1,
        10_000_000,
      ),
      maxConcurrentChecks: read.number(
        'ABUSEIPDB_CONCURRENCY',
        REPUTATION_DEFAULTS.maxConcurrentChecks,
        1,
        1000,
      ),
      maxAgeInDays: read.number(
        'ABUSEIPDB_MAX_AGE_IN_DAYS',
        REPUTATION_DEFAULTS.maxAgeInDays,
        1,
        365,
      ),
    },
    // A timer cannot wait longer than 24 days; a rotation should not wait for a day.
    secretsRefresh: read.duration('SECRETS_REFRESH_INTERVAL', '5m', '24h'),
    credentialPreviousTtl: read.parsed(
      'CREDENTIAL_PREVIOUS_TTL',
      DEFAULT_PREVIOUS_TTL,
      parsePreviousTtl,
      PREVIOUS_TTL_FORM,
    ),
    proxy: readProxySettings(environment, (issue) => read.issues.push(issue)),
    drainDelay: read.number('DRAIN_DELAY_MS', DEFAULT_DRAIN_DELAY_MS, 0, MAX_DRAIN_DELAY_MS),
  };
  const { ttl, maxStaleAge } = settings.reputation;
  if (Math.max(...Object.values(ttl)) > maxStaleAge) {
    read.issues.push(
      'REPUTATION_MAX_STALE_AGE is shorter than a fresh time (REPUTATION_TTL_…): make it the longest.',
    );
  }
  read.reportMisspelled();
  if (read.issues.length > 0) throw new SettingsError(read.issues.join('\n'));
  return settings;
}

/** Writes a default in milliseconds as a setting writes it. */
function seconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}

function readAddressHeaders(
  read: SettingsReader,
): Pick<Settings, 'addressHeaders' | 'trustedProxyHops' | 'addressSignature'> {
  const settings = { headers: 'ADDRESS_HEADERS', hops: 'TRUSTED_PROXY_HOPS' };
  const trustedProxyHops = read.number(settings.hops, 0, 0, MAX_TRUSTED_PROXY_HOPS);
  const text = read.text(settings.headers) ?? DEFAULT_ADDRESS_HEADER;
  const addressSignature = readAddressSignature(read);
  const { names, issues } = parseAddressHeaders(text, {
    trustedProxyHops,
    signed: addressSignature !== undefined,
    settings,
  });
  read.issues.push(...issues);
  return { addressHeaders: names, trustedProxyHops, addressSignature };
}

function readAddressSignature(read: SettingsReader): Settings['addressSignature'] {
  const name = 'ADDRESS_SIGNATURE_SECRET';
  const setting = read.optionalSecret(name, 'secret', `${name}_ARN`);
  if (setting !== undefined && 'secret' in setting) {
    try {
      parseSignatureSecret(setting.secret, name);
    } catch (error) {
      read.issues.push((error as Error).message);
    }
  }
  return setting;
}

/** Paths, or objects of S3. */
function readGeoDatabases(read: SettingsReader): readonly string[] {
  const setting = read.text('GEO_DATABASE');
  if (setting === undefined) return [bundledGeoDatabase()];
  const paths = new Set(setting.split(',').map((path) => path.trim()));
  if (paths.has('')) {
    read.issues.push(
      `GEO_DATABASE is "${setting}": set it to one file, or to several, comma-separated, without an empty entry.`,
    );
  }
  return [...paths];
}

/** Long enough that nobody finds it by trying. */
const SHORTEST_HASH_KEY = 16;

function readAddressForm(read: SettingsReader): AddressFormat {
  const form = read.oneOf('DECISION_LOG_ADDRESS', ADDRESS_FORMATS, 'whole');
  const key = read.text('DECISION_LOG_HASH_KEY') ?? '';
  if (form !== 'hashed') return { form };
  if (key.length < SHORTEST_HASH_KEY) {
    read.issues.push(
      `DECISION_LOG_HASH_KEY is ${key === '' ? 'not set' : 'too short'}: with DECISION_LOG_ADDRESS=hashed set it to ${SHORTEST_HASH_KEY} characters or more, the same for all tasks.`,
    );
  }
  return { form, key };
}
