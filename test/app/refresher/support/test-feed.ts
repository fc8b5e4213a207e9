import type { ConfiguredFeed } from '../../../../app/src/feeds/model/configured-feeds.ts';
import type { Feed } from '../../../../app/src/feeds/model/feed.ts';
import { FeedError } from '../../../../app/src/feeds/model/feed-error.ts';
import { requireOk } from '../../../../app/src/feeds/sources/statuses.ts';
import type { Publisher } from './publisher.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Host of the publisher. */
export const SOURCE = 'source.test';

/** In every URL and header of the feed, and in what its publisher sends. */
export const CANARY = 'canary-77aa';

/** What the publisher has: numbers of AS, and a date. */
export interface SourceList {
  readonly asns: readonly number[];
  readonly date?: number;
}

/**
 * Creates a feed of AS numbers. A list of less than half of the published one is implausible; one with AS 666 has a
 * wrong checksum, and one with AS 13 fails with a fault of the feed.
 */
export function testFeed(id = 'list', changes: Partial<Feed> = {}): ConfiguredFeed {
  const feed: Feed = {
    id,
    title: 'numbers',
    homepage: 'https://source.test',
    content: 'networks',
    licence: { name: 'none', attribution: 'none' },
    interval: HOUR_MS,
    defaultInterval: 6 * HOUR_MS,
    maxAge: DAY_MS,
    ageFrom: 'confirmed',
    quota: { account: 'source', perDay: 5 },
    async download({ http, version }) {
      const response = await http.request(`https://${SOURCE}/${id}?token=${CANARY}`, {
        headers: {
          authorization: CANARY,
          ...(version === undefined ? {} : { 'if-none-match': version }),
        },
        maxBytes: 10_000,
        counts: true,
      });
      if (response.status === 304) return { status: 'unchanged' };
      const newVersion = response.headers.etag ?? 'none';
      const list = parseList(requireOk(response, id), id, newVersion);
      const { asns, date } = list;
      const summary = { entries: asns.length };
      return {
        status: 'downloaded',
        version: newVersion,
        data: { content: 'networks', asns, publishedAt: date, summary },
      };
    },
    findImplausible(data, { previous }) {
      const [before, after] = [Number(previous?.entries ?? 0), Number(data.summary.entries)];
      return after * 2 < before ? `it has ${after} entries instead of ${before}` : undefined;
    },
    ...changes,
  };
  return {
    feed,
    options: {},
    interval: feed.defaultInterval ?? feed.interval,
    maxAge: feed.maxAge,
  };
}

function parseList(body: Buffer, id: string, version: string): SourceList {
  let list: SourceList;
  try {
    list = JSON.parse(body.toString());
  } catch {
    throw new FeedError('format', `The list of the feed ${id} is not valid JSON.`, { version });
  }
  if (list.asns.includes(13)) throw new TypeError(`The list contains ${CANARY}.`);
  if (list.asns.includes(666)) {
    throw new FeedError('checksum', `The checksum of the feed ${id} is wrong.`, { version });
  }
  return list;
}

/** Publishes a list with an ETag, or any text. */
export function setSource(publisher: Publisher, list: SourceList | string): void {
  const body = typeof list === 'string' ? list : JSON.stringify(list);
  const etag = `"${Buffer.from(body).toString('base64url')}"`;
  publisher.on(SOURCE, (response, { headers }) => {
    if (headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(body);
  });
}
