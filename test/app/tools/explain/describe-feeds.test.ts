import type { Feed } from '../../../../app/src/feeds/model/feed.ts';
import type { FeedPointer } from '../../../../app/src/feeds/model/pointer.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import {
  FeedSnapshots,
  type LoadedFeed,
} from '../../../../app/src/signals/feeds/feed-snapshots.ts';
import type { FeedView } from '../../../../app/src/signals/feeds/feed-view.ts';
import {
  askFeeds,
  type CurrentFeeds,
  listFeeds,
} from '../../../../app/tools/explain/describe-feeds.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-20T06:30:00Z');

interface TestFeed {
  readonly id?: string;
  readonly view?: FeedView;
  readonly ageHours?: number;
  readonly licence?: Feed['licence'];
  readonly scope?: FeedPointer['scope'];
}

/** Returns the feeds, of which those without a view are absent. */
function currentFeeds(...feeds: TestFeed[]): CurrentFeeds {
  const configured = feeds.map(({ id = 'a-feed', licence, view }) => ({
    feed: {
      id,
      title: 'addresses for a test',
      homepage: 'https://feeds.example/',
      content: view?.content ?? 'ranges',
      licence: licence ?? { name: 'MIT', attribution: 'Lists by Example' },
      ageFrom: 'confirmed',
    } as Feed,
    options: {},
    interval: HOUR_MS,
    maxAge: 24 * HOUR_MS,
  }));
  const loaded = feeds.flatMap(({ id = 'a-feed', view, ageHours = 1, scope }) => {
    if (view === undefined) return [];
    const pointer = { confirmedAt: NOW - ageHours * HOUR_MS, scope } as FeedPointer;
    return [[id, { pointer, view }] as [string, LoadedFeed]];
  });
  const snapshots = new FeedSnapshots(configured, new Map(loaded));
  return { configured, find: (id) => snapshots.find(id, NOW) };
}

function ranges(isListed: boolean): FeedView {
  return { content: 'ranges', has: () => isListed };
}

function places(place: object | undefined): FeedView {
  return { content: 'places', places: { find: () => place } } as unknown as FeedView;
}

function anonymizers(flags: object): FeedView {
  return { content: 'anonymizers', anonymizers: { flagsOf: () => flags } } as unknown as FeedView;
}

describe('What a feed says about an address', () => {
  const scores = (score?: number): FeedView => ({
    content: 'scores',
    scoreOf: () => score,
    neighbourOf: () => undefined,
  });
  const networks: FeedView = { content: 'networks', has: (asn) => asn === 64_500 };
  const below25 = { unlistedAtMost: 24, versions: [4 as const] };

  test.each<{ name: string; feed: TestFeed; asn?: number; address?: string; answer: string }>([
    { name: 'a listed address', feed: { view: ranges(true) }, answer: 'contains the address' },
    { name: 'another one', feed: { view: ranges(false) }, answer: 'does not contain the address' },
    { name: 'no snapshot', feed: {}, answer: 'is not loaded' },
    {
      name: 'an expired list',
      feed: { view: ranges(true), ageHours: 25 },
      answer: 'expired: contains the address',
    },
    {
      name: 'an old location database',
      feed: { view: places({ country: 'AT' }), ageHours: 25 },
      answer: 'outdated: AT',
    },
    { name: 'a listed network', feed: { view: networks }, asn: 64_500, answer: 'contains AS64500' },
    { name: 'another network', feed: { view: networks }, asn: 1, answer: 'does not contain AS1' },
    {
      name: 'an unknown network',
      feed: { view: networks },
      answer: 'cannot tell: the network is unknown',
    },
    { name: 'a score', feed: { view: scores(83) }, answer: 'has the score 83' },
    {
      name: 'a proof',
      feed: { view: scores(), scope: below25 },
      answer: 'does not contain the address: its score is at most 24',
    },
    {
      name: 'no proof for the other IP version',
      feed: { view: scores(), scope: below25 },
      address: '2a00::1',
      answer: 'does not contain the address, which proves nothing',
    },
    {
      name: 'a place',
      feed: { view: places({ country: 'AT', asn: 760, organization: 'University' }) },
      answer: 'AT, AS760, University',
    },
    { name: 'no place', feed: { view: places(undefined) }, answer: 'has no record of the address' },
    {
      name: 'flags',
      feed: { view: anonymizers({ vpn: true, tor: false, hosting: true }) },
      answer: 'vpn, hosting',
    },
    {
      name: 'no flags',
      feed: { view: anonymizers({ vpn: false }) },
      answer: 'has no flag of the address',
    },
  ])('$name: $answer', ({ feed, asn, address = '8.8.8.8', answer }) => {
    const parsed = parseAddress(address);
    if (parsed === undefined) throw new Error(`${address} is not an address.`);
    expect(askFeeds(currentFeeds(feed), parsed, asn)).toMatchObject([{ id: 'a-feed', answer }]);
  });

  test('comes first if the feed knows the address', () => {
    const feeds = currentFeeds(
      { id: 'first', view: ranges(false) },
      { id: 'second', view: ranges(true) },
      { id: 'third' },
    );
    const address = parseAddress('8.8.8.8');
    if (address === undefined) throw new Error('not an address');
    expect(askFeeds(feeds, address, undefined).map(({ id }) => id)).toEqual([
      'second',
      'first',
      'third',
    ]);
  });
});

describe('The list of feeds', () => {
  test.each<{ name: string; feed: TestFeed; row: object }>([
    {
      name: 'a current one',
      feed: { view: ranges(true), ageHours: 5.5 },
      row: { status: 'ready', age: '5 hours' },
    },
    {
      name: 'an expired one',
      feed: { view: ranges(true), ageHours: 72 },
      row: { status: 'expired', age: '3 days' },
    },
    {
      name: 'an old location database, which is still used,',
      feed: { view: places({}), ageHours: 72 },
      row: { status: 'outdated', age: '3 days' },
    },
    { name: 'an absent one', feed: {}, row: { status: 'absent' } },
    {
      name: 'a new one',
      feed: { view: ranges(true), ageHours: 0 },
      row: { age: 'less than a minute' },
    },
    {
      name: 'a list that is smaller than it was asked for',
      feed: {
        view: ranges(true),
        scope: { unlistedAtMost: 100, versions: [], downgraded: 'Renew the subscription.' },
      },
      row: { downgraded: 'Renew the subscription.' },
    },
    {
      name: 'a credit whose licence demands a link',
      feed: {
        licence: { name: 'CC BY 4.0', attribution: 'IP Geolocation by DB-IP (https://db-ip.com)' },
      },
      row: {
        credit: { text: 'IP Geolocation by DB-IP (https://db-ip.com)', url: 'https://db-ip.com' },
      },
    },
    {
      name: 'a credit without a link',
      feed: {},
      row: { credit: { text: 'Lists by Example', url: 'https://feeds.example/' } },
    },
  ])('shows $name', ({ feed, row }) => {
    expect(listFeeds(currentFeeds(feed))).toEqual([
      expect.objectContaining({ id: 'a-feed', ...row }),
    ]);
  });
});
