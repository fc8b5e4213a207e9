import type { Download, DownloadContext, Feed } from './model/feed.ts';
import { FeedError } from './model/feed-error.ts';
import type { FeedResponse } from './model/feed-http.ts';
import { formatError, parseBlacklist } from './sources/blacklist/body.ts';
import { findImplausibleList, queryKey } from './sources/blacklist/plausible.ts';
import {
  findQueryConflict,
  QUERY_OPTIONS,
  queryOf,
  queryParameters,
} from './sources/blacklist/query.ts';
import { scopeOf } from './sources/blacklist/scope.ts';
import { requireOk } from './sources/statuses.ts';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

const ID = 'abuseipdb-blacklist';
const ENDPOINT = 'https://api.abuseipdb.com/api/v2/blacklist';

/** Addresses with their scores, the highest first (https://docs.abuseipdb.com/#blacklist-endpoint). */
export const ABUSEIPDB_BLACKLIST: Feed = {
  id: ID,
  title: 'addresses that AbuseIPDB scores highest, with their scores',
  homepage: 'https://www.abuseipdb.com',
  content: 'scores',
  licence: {
    name: 'AbuseIPDB terms of service',
    url: 'https://www.abuseipdb.com/legal',
    attribution: 'Scores by AbuseIPDB, https://www.abuseipdb.com',
  },
  // A subscriber's list is cached for an hour, and the free plan allows five lists a day.
  interval: HOUR_MS,
  defaultInterval: 6 * HOUR_MS,
  maxAge: 30 * HOUR_MS,
  ageFrom: 'published',
  credential: 'abuseipdb',
  quota: { account: ID, perDay: 4, limitHeader: 'x-ratelimit-limit' },
  options: QUERY_OPTIONS,
  findConflict: findQueryConflict,
  findImplausible: findImplausibleList,
  download,
};

/** AbuseIPDB has no conditional requests: a list with the date of the last one is the same list. */
async function download({
  http,
  credential,
  options,
  version,
}: DownloadContext): Promise<Download> {
  if (credential === undefined) {
    throw new FeedError(
      'authentication',
      `The feed ${ID} needs a key: set ABUSEIPDB_API_KEY or ABUSEIPDB_SECRET_ARN for the refresher.`,
    );
  }
  const query = queryOf(options);
  const response = await http.request(`${ENDPOINT}?${queryParameters(query)}`, {
    headers: { Key: credential, Accept: 'application/json' },
    // 500,000 entries have about 60 MB.
    maxBytes: 128 * MIB,
    // A list that AbuseIPDB has to generate took 47 s.
    timeoutMs: 120_000,
    counts: true,
  });
  const body = requireOk(response, ID);
  // A proxy's page, or plain text, which has neither scores nor a date.
  if (!isJson(response)) throw formatError('is not JSON');
  const list = parseBlacklist(body);
  const newVersion = `${new Date(list.generatedAt).toISOString()} ${queryKey(query)}`;
  if (newVersion === version) return { status: 'unchanged' };
  const { generatedAt, entries, ...counts } = list;
  return {
    status: 'downloaded',
    version: newVersion,
    data: {
      content: 'scores',
      publishedAt: generatedAt,
      entries,
      scope: scopeOf(list, query),
      summary: {
        ...counts,
        // An empty list has no lowest score.
        lowest: list.lowest ?? 100,
        query: queryKey(query),
      },
      ...noteOn(list.duplicates),
    },
  };
}

function isJson({ headers }: FeedResponse): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

function noteOn(duplicates: number): { note?: string } {
  return duplicates > 0 ? { note: `Repeated addresses: ${duplicates}.` } : {};
}
