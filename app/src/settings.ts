import { parseDuration } from './duration.ts';
import { bundledGeoDatabase } from './signals/geo.ts';

/** A credential or key: the text itself, or the secret that holds it. */
export type SecretSetting<Name extends string> =
  | { readonly [key in Name]: string }
  | { readonly secretArn: string };

/** Everything that the service is told from outside, read once. Times in milliseconds. */
export interface Settings {
  readonly port: number;
  readonly policyFile: string;
  readonly geoDatabase: string;
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
  readonly logLevel: LogLevel;
  readonly reputation: ReputationSettings;
  readonly secretsRefresh: number;
  /** How long requests are still taken after SIGTERM, while the load balancer learns of it. */
  readonly drainDelay: number;
}

export interface ReputationSettings {
  readonly freshTimes: { readonly low: number; readonly elevated: number; readonly high: number };
  readonly staleMaximum: number;
  readonly errorMemory: number;
  readonly memoryEntries: number;
  readonly concurrency: number;
  readonly maxAgeInDays: number;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Settings that cannot be used; its message has a sentence for each mistake. */
export class SettingsError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from environment variables; an empty one counts as not set.
 *
 * @throws SettingsError that names every mistake at once.
 */
export function readSettings(environment: Environment): Settings {
  const read = new Reader(environment);
  const settings: Settings = {
    port: read.number('PORT', 3000, 0, 65_535),
    policyFile: read.text('POLICY_FILE') ?? 'app/policy.yaml',
    geoDatabase: read.text('GEO_DATABASE') ?? bundledGeoDatabase(),
    actionCredential: read.secret('ACTION_CREDENTIAL', 'json', 'ACTION_CREDENTIAL_SECRET_ARN'),
    abuseIpdbKey: read.secret('ABUSEIPDB_API_KEY', 'key', 'ABUSEIPDB_SECRET_ARN'),
    abuseIpdbBaseUrl: read.url('ABUSEIPDB_BASE_URL', 'https://api.abuseipdb.com/api/v2'),
    reputationTable: read.table('REPUTATION_TABLE'),
    // The identity server gives up after 3 s (Asgardeo) or 5 s, and asks once more.
    decisionDeadline: read.number('DECISION_DEADLINE_MS', 1200, 50, 2500),
    abuseIpdbTimeout: read.number('ABUSEIPDB_TIMEOUT_MS', 900, 10, 4000),
    dynamoDbTimeout: read.number('DYNAMODB_TIMEOUT_MS', 50, 5, 4000),
    addressHeaders: read.names('ADDRESS_HEADERS', 'x-client-source-ip'),
    trustedProxyHops: read.number('TRUSTED_PROXY_HOPS', 0, 0, 32),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    reputation: {
      freshTimes: {
        low: read.duration('REPUTATION_FRESH_LOW', '6h'),
        elevated: read.duration('REPUTATION_FRESH_ELEVATED', '1h'),
        high: read.duration('REPUTATION_FRESH_HIGH', '2h'),
      },
      staleMaximum: read.duration('REPUTATION_STALE_MAXIMUM', '24h'),
      errorMemory: read.duration('REPUTATION_ERROR_MEMORY', '10s'),
      memoryEntries: read.number('REPUTATION_MEMORY_ENTRIES', 100_000, 1, 10_000_000),
      concurrency: read.number('ABUSEIPDB_CONCURRENCY', 64, 1, 1000),
      maxAgeInDays: read.number('ABUSEIPDB_MAX_AGE_IN_DAYS', 30, 1, 365),
    },
    // A timer cannot wait longer than 24 days; a rotation should not wait for a day.
    secretsRefresh: read.duration('SECRETS_REFRESH', '5m', '24h'),
    drainDelay: read.number('DRAIN_DELAY_MS', 2000, 0, 60_000),
  };
  const { freshTimes, staleMaximum } = settings.reputation;
  if (Math.max(...Object.values(freshTimes)) > staleMaximum) {
    read.mistakes.push(
      'REPUTATION_STALE_MAXIMUM is shorter than a fresh time (REPUTATION_FRESH_…): make it the longest.',
    );
  }
  if (read.mistakes.length > 0) throw new SettingsError(read.mistakes.join('\n'));
  return settings;
}

class Reader {
  readonly mistakes: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  number(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.mistakes.push(`${name} is "${text}": set it to a whole number from ${least} to ${most}.`);
    return fallback;
  }

  /** Milliseconds. */
  duration(name: string, fallback: string, most = '8760h'): number {
    const text = this.text(name) ?? fallback;
    const seconds = parseDuration(/^\d+$/.test(text) ? Number(text) : text) ?? Number.NaN;
    if (!(seconds <= (parseDuration(most) ?? 0))) {
      this.mistakes.push(
        `${name} is "${text}": set it to a duration such as 90s, 15m or 1h, of ${most} at most.`,
      );
    }
    return seconds * 1000;
  }

  /** A table's name, or its ARN. */
  table(name: string): string {
    const text = this.text(name);
    if (text !== undefined && /^(?:arn:\S+|[A-Za-z0-9_.-]{3,255})$/.test(text)) return text;
    this.mistakes.push(
      text === undefined
        ? `${name} is not set: set it to the name of a DynamoDB table.`
        : `${name} is "${text}": set it to the name of a DynamoDB table (letters, digits and _ . -).`,
    );
    return '';
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = values.find((candidate) => candidate === text.toLowerCase());
    if (value !== undefined) return value;
    this.mistakes.push(`${name} is "${text}": set it to one of ${values.join(', ')}.`);
    return fallback;
  }

  /** Header names in lower case, parted by commas. */
  names(name: string, fallback: string): readonly string[] {
    const names = (this.text(name) ?? fallback).split(',').map((part) => part.trim().toLowerCase());
    const wrong = names.find((part) => !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(part));
    if (wrong !== undefined) {
      this.mistakes.push(`${name} holds "${wrong}": set it to header names parted by commas.`);
    }
    return [...new Set(names)];
  }

  url(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (
      url === undefined ||
      !/^https?:$/.test(url.protocol) ||
      url.search !== '' ||
      url.username !== '' ||
      url.hash !== ''
    ) {
      this.mistakes.push(
        `${name} is "${text}": set it to an http or https URL without a query or a user.`,
      );
    }
    return text.replace(/\/+$/, '');
  }

  /** One of two settings. What the first one holds is never repeated. */
  secret<Name extends string>(name: string, key: Name, arnName: string): SecretSetting<Name> {
    const text = this.text(name);
    const secretArn = this.text(arnName);
    if ((text === undefined) === (secretArn === undefined)) {
      const fault = text === undefined ? 'Neither' : 'Both';
      this.mistakes.push(
        `${fault} ${name} ${text === undefined ? 'nor' : 'and'} ${arnName} ${text === undefined ? 'is' : 'are'} set: set one of them.`,
      );
    }
    if (secretArn !== undefined) return { secretArn };
    return { [key]: text ?? '' } as { [K in Name]: string };
  }
}
