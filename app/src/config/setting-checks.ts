import { FEED_CATALOG } from '../feeds/index.ts';
import { type ParsedFeeds, parseFeeds } from '../feeds/model/configured-feeds.ts';
import { parseAddressHeaders } from '../signals/address/header-formats.ts';
import { parseSignatureSecret } from '../signals/address/signature.ts';
import { isSet, type Options } from './options.ts';
import { SETTINGS } from './setting-table.ts';
import { similarName, VARIABLE_TOLERANCE } from './similar-name.ts';

/** The valid settings. A check that depends on an invalid setting reports nothing. */
type ValidSettings = Partial<Options<typeof SETTINGS>>;

/** A shorter key could be guessed. */
const MIN_HASH_KEY_LENGTH = 16;

/** Returns an issue for each conflict between settings, and for each misspelled name. */
export function checkSettings(
  settings: ValidSettings,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return [
    ...checkSecrets(settings, environment),
    ...parseAddressHeaderSettings(settings).issues,
    ...checkHashKey(settings),
    ...checkStaleAge(settings),
    ...checkHighScoreMemory(settings, environment),
    ...checkFeeds(settings),
    ...checkNames(environment),
  ];
}

/** Checks the secrets, which are set by value or by ARN. No issue contains a secret. */
function checkSecrets(
  { ADDRESS_SIGNATURE_SECRET: signatureSecret }: ValidSettings,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const issues = [
    ['ACTION_CREDENTIAL', 'ACTION_CREDENTIAL_SECRET_ARN', true] as const,
    ['ABUSEIPDB_API_KEY', 'ABUSEIPDB_SECRET_ARN', true] as const,
    ['ADDRESS_SIGNATURE_SECRET', 'ADDRESS_SIGNATURE_SECRET_ARN', false] as const,
  ].flatMap(([name, arnName, isRequired]) => {
    const [hasValue, hasArn] = [isSet(environment[name]), isSet(environment[arnName])];
    if (hasValue && hasArn) return `Both ${name} and ${arnName} are set: set one of them.`;
    if (hasValue || hasArn || !isRequired) return [];
    return `Neither ${name} nor ${arnName} is set: set one of them.`;
  });
  if (signatureSecret !== undefined) {
    try {
      parseSignatureSecret(signatureSecret, 'ADDRESS_SIGNATURE_SECRET');
    } catch (error) {
      issues.push((error as Error).message);
    }
  }
  return issues;
}

/** Parses the names of the address headers, and checks them against the proxy and signature settings. */
export function parseAddressHeaderSettings(
  settings: ValidSettings,
): ReturnType<typeof parseAddressHeaders> {
  const { ADDRESS_HEADERS: headers, TRUSTED_PROXY_HOPS: trustedProxyHops = 0 } = settings;
  const { ADDRESS_SIGNATURE_SECRET: secret, ADDRESS_SIGNATURE_SECRET_ARN: secretArn } = settings;
  return parseAddressHeaders(headers ?? '', {
    trustedProxyHops,
    signed: secret !== undefined || secretArn !== undefined,
    settings: { headers: 'ADDRESS_HEADERS', hops: 'TRUSTED_PROXY_HOPS' },
  });
}

function checkHashKey(settings: ValidSettings): readonly string[] {
  const key = settings.DECISION_LOG_HASH_KEY ?? '';
  if (settings.DECISION_LOG_ADDRESS !== 'hashed' || key.length >= MIN_HASH_KEY_LENGTH) return [];
  return [
    `DECISION_LOG_HASH_KEY is ${key === '' ? 'not set' : 'too short'}: with DECISION_LOG_ADDRESS=hashed set it to ${MIN_HASH_KEY_LENGTH} characters or more, the same for all tasks.`,
  ];
}

function checkStaleAge(settings: ValidSettings): readonly string[] {
  const maxTtl = Math.max(
    settings.REPUTATION_TTL_LOW ?? 0,
    settings.REPUTATION_TTL_ELEVATED ?? 0,
    settings.REPUTATION_TTL_HIGH ?? 0,
  );
  if (maxTtl <= (settings.REPUTATION_MAX_STALE_AGE ?? Number.POSITIVE_INFINITY)) return [];
  return [
    'REPUTATION_MAX_STALE_AGE is shorter than REPUTATION_TTL_LOW, _ELEVATED or _HIGH: set it to the longest of them, or longer.',
  ];
}

/** The default is not checked: if records are kept for longer, so are high scores. */
function checkHighScoreMemory(
  settings: ValidSettings,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (!isSet(environment.REPUTATION_HIGH_SCORE_MEMORY)) return [];
  const { REPUTATION_HIGH_SCORE_MEMORY: highScoreMemory = Number.POSITIVE_INFINITY } = settings;
  const { REPUTATION_MAX_STALE_AGE: maxStaleAge = 0, REPUTATION_TTL_HIGH: ttl = 0 } = settings;
  if (highScoreMemory >= Math.max(maxStaleAge, ttl)) return [];
  return [
    'REPUTATION_HIGH_SCORE_MEMORY is shorter than REPUTATION_MAX_STALE_AGE or REPUTATION_TTL_HIGH: set it to the longer of them, or longer.',
  ];
}

/** Parses `FEEDS`. */
export function parseFeedSettings({ FEEDS: feeds }: ValidSettings): ParsedFeeds {
  return parseFeeds(feeds ?? '', FEED_CATALOG);
}

function checkFeeds(settings: ValidSettings): readonly string[] {
  const { feeds, issues } = parseFeedSettings(settings);
  const all = issues.map((issue) => `FEEDS ${issue}.`);
  if (feeds.length > 0 && settings.FEED_STORE === undefined) {
    all.push(
      'FEEDS is set without FEED_STORE: set it to the folder or the bucket of the refresher.',
    );
  }
  return all;
}

/**
 * Reports variables that are probably misspelled settings: with `ADDRESS_SIGNATURE_SECERT`, signatures would
 * silently not be checked. No issue contains a value.
 */
function checkNames(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const names = Object.keys(SETTINGS);
  return Object.keys(environment)
    .filter((name) => !names.includes(name))
    .flatMap((name) => {
      const meant = similarName(name, names, VARIABLE_TOLERANCE);
      if (meant === undefined) return [];
      return `${name} is not a setting: did you mean ${meant}? Rename or remove it.`;
    });
}
