import { isSet, parseOptions, requireValid } from '../../config/options.ts';
import { PROXY_SETTINGS, SETTINGS } from '../../config/setting-table.ts';
import { similarName, VARIABLE_TOLERANCE } from '../../config/similar-name.ts';
import {
  type ConfiguredFeed,
  type FeedCatalog,
  parseFeeds,
} from '../../feeds/model/configured-feeds.ts';
import type { FeedCredential } from '../../feeds/model/feed.ts';
import { type ProxySettings, readProxySettings } from '../../lib/proxy/settings.ts';
import type { StoreLocation } from '../../store/location.ts';
import type { LogLevel } from '../../telemetry/log-level.ts';
import type { Mirror } from '../http/mirrors.ts';
import { CREDENTIAL_SETTINGS, type CredentialSource, findCredentialIssue } from './credentials.ts';
import { REFRESHER_SETTINGS } from './setting-table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface RefresherSettings {
  readonly feeds: readonly ConfiguredFeed[];
  readonly store: StoreLocation;
  readonly mirrors: readonly Mirror[];
  readonly credentials: Readonly<Record<FeedCredential, CredentialSource | undefined>>;
  readonly proxy: ProxySettings | undefined;
  readonly logLevel: LogLevel;
  readonly service: string;
}

/** The location in the feed's requests, which `ABUSEIPDB_BASE_URL` replaces. */
const ABUSEIPDB = 'https://api.abuseipdb.com/api/v2';

/**
 * Reads the settings of the refresher from environment variables. A blank variable counts as not set.
 *
 * @throws ConfigError with all issues, none of which contains a secret.
 */
export function readRefresherSettings(
  environment: Environment,
  catalog: FeedCatalog,
): RefresherSettings {
  const variables = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value?.trim() !== ''),
  );
  const parsed = parseOptions(REFRESHER_SETTINGS, variables);
  const { feeds, issues } = parseFeeds(parsed.options.FEEDS ?? '', catalog);
  if (feeds.length === 0 && issues.length === 0) {
    parsed.issues.push(
      'FEEDS is not set: set it to the ids of the feeds to download (docs/feeds.md).',
    );
  }
  parsed.issues.push(
    ...issues.map((issue) => (issue.endsWith('?') ? `FEEDS ${issue}` : `FEEDS ${issue}.`)),
    ...findCredentialIssues(variables),
    ...findMisspelledNames(variables),
  );
  const proxy = readProxySettings(environment, (issue) => parsed.issues.push(issue));
  const options = requireValid(parsed);
  const source = (credential: FeedCredential): CredentialSource | undefined => {
    const { value, arn } = CREDENTIAL_SETTINGS[credential];
    const [text, secretArn] = [options[value], options[arn]];
    if (secretArn !== undefined) return { secretArn };
    return text === undefined ? undefined : { text };
  };
  return {
    feeds,
    store: options.FEED_STORE,
    mirrors: [
      { from: `${ABUSEIPDB}/`, to: `${options.ABUSEIPDB_BASE_URL}/` },
      ...options.FEED_MIRRORS,
    ],
    credentials: {
      maxmind: source('maxmind'),
      ipinfo: source('ipinfo'),
      crowdsec: source('crowdsec'),
      abuseipdb: source('abuseipdb'),
    },
    proxy,
    logLevel: options.LOG_LEVEL,
    service: options.SERVICE_NAME,
  };
}

function findCredentialIssues(variables: Environment): readonly string[] {
  return Object.entries(CREDENTIAL_SETTINGS).flatMap(([credential, { value, arn }]) => {
    if (isSet(variables[value]) && isSet(variables[arn])) {
      return `Both ${value} and ${arn} are set: set one of them.`;
    }
    return findCredentialIssue(credential as FeedCredential, variables[value] ?? '', value) ?? [];
  });
}

/** The service's settings are known, because both may run with one environment. No issue contains a value. */
function findMisspelledNames(variables: Environment): readonly string[] {
  const names = Object.keys(REFRESHER_SETTINGS);
  const known = [...names, ...Object.keys(SETTINGS), ...PROXY_SETTINGS];
  return Object.keys(variables)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = similarName(name, names, VARIABLE_TOLERANCE);
      if (meant === undefined) return [];
      return `${name} is not a setting: did you mean ${meant}? Rename or remove it.`;
    });
}
