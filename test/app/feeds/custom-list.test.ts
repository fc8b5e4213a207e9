import { FEED_CATALOG } from '../../../app/src/feeds/index.ts';
import { type ConfiguredFeed, parseFeeds } from '../../../app/src/feeds/model/configured-feeds.ts';
import { ANONYMIZER_FIELDS } from '../../../app/src/feeds/model/feed.ts';
import type { FeedHttp, FeedRequest } from '../../../app/src/feeds/model/feed-http.ts';
import { configurationHash } from '../../../app/src/refresher/due.ts';

function configured(entry: string): ConfiguredFeed {
  const { feeds, issues } = parseFeeds(entry, FEED_CATALOG);
  expect(issues).toEqual([]);
  const [feed] = feeds;
  if (feed === undefined) throw new Error(`${entry} is not valid.`);
  return feed;
}

async function download({ feed, options }: ConfiguredFeed, text: string) {
  const sent: { url: string; request: FeedRequest }[] = [];
  const http: FeedHttp = {
    request: async (url, request) => {
      sent.push({ url, request });
      return { status: 200, headers: {}, body: Buffer.from(text) };
    },
  };
  const result = await feed.download({
    http,
    credential: undefined,
    options,
    version: undefined,
    now: 0,
  });
  if (result.status !== 'downloaded') throw new Error('The list has not changed.');
  return { data: result.data, sent };
}

test.each([
  ['own=https://lists.example/a.txt', 'https://lists.example/a.txt', 'https://lists.example'],
  [
    'own=https://lists.example/a/secret?token=secret',
    'https://lists.example/a/secret?token=secret',
    'https://lists.example',
  ],
  [
    'own=https://lists.example:8443/a',
    'https://lists.example:8443/a',
    'https://lists.example:8443',
  ],
  ['own=s3://bucket/lists/a.txt', 's3://bucket/lists/a.txt', 's3://bucket'],
])('%s is requested at %s and shown as %s', async (entry, url, shown) => {
  const feed = configured(entry);
  const { sent } = await download(feed, '8.8.8.8');
  expect(sent.map((request) => request.url)).toEqual([url]);
  const { homepage, title, licence } = feed.feed;
  expect(homepage).toBe(shown);
  expect(JSON.stringify({ title, licence })).not.toMatch(/secret|a\.txt/);
});

test.each([
  ['user:password', 'user:password'],
  ['user%40example:p%3Ass', 'user@example:p:ss'],
  ['100%:x', '100%:x'],
  [':token', ':token'],
])('the credential %s in a location is sent with HTTP Basic', async (inUrl, credential) => {
  const feed = configured(`own=https://${inUrl}@lists.example/a.txt`);
  const { sent } = await download(feed, '8.8.8.8');
  expect(sent).toEqual([
    {
      url: 'https://lists.example/a.txt',
      request: expect.objectContaining({
        headers: { authorization: `Basic ${Buffer.from(credential).toString('base64')}` },
      }),
    },
  ]);
  expect(feed.feed.homepage).toBe('https://lists.example');
});

test.each<[string, string, number]>([
  ['own=s3://bucket/a', '8.8.8.8', 1],
  ['own=s3://bucket/a#format=columns', '8.8.8.8 7', 1],
  ['own=s3://bucket/a#wide=allow', '11.0.0.0/8\n12.0.0.0/7', 50_331_648],
])('%s accepts %j', async (entry, text, addresses) => {
  const { data } = await download(configured(entry), text);
  expect(data.summary.ipv4Addresses).toBe(addresses);
});

test.each([
  ['own=s3://bucket/a', '8.8.8.8 7'],
  ['own=s3://bucket/a', '12.0.0.0/7'],
])('%s rejects %j', async (entry, text) => {
  await expect(download(configured(entry), text)).rejects.toThrow(
    expect.objectContaining({ reason: 'format' }),
  );
});

test.each([
  ['own=s3://bucket/a', /^it has \d+ IPv4 addresses, expected 0 to 2147483648$/],
  ['own=s3://bucket/a#wide=allow', undefined],
])('%s: most of IPv4, one /8 a line', async (entry, expected) => {
  const list = configured(entry);
  const { feed, options } = list;
  const lines = Array.from({ length: 200 }, (_, index) => `${index + 11}.0.0.0/8`);
  const { data } = await download(list, lines.join('\n'));
  const issue = feed.findImplausible(data, { previous: undefined, options, now: 0 });
  if (expected === undefined) expect(issue).toBeUndefined();
  else expect(issue).toMatch(expected);
});

test.each([
  ['own=s3://bucket/a', 'own=s3://bucket/b', false],
  ['own=https://lists.example/a?token=1', 'own=https://lists.example/a?token=2', false],
  ['own=s3://bucket/a', 'own=s3://bucket/a#format=columns', false],
  ['own=s3://bucket/a', 'own=s3://bucket/a#interval=2h', true],
])('%s and %s have the same data: %s', (one, other, isSame) => {
  const [hash, otherHash] = [one, other].map((entry) => configurationHash(configured(entry)));
  expect(hash === otherHash).toBe(isSame);
});

test('a list states nothing about anonymizers', () => {
  expect(configured('own=s3://bucket/a').feed.anonymizer).toBeUndefined();
});

test.each(ANONYMIZER_FIELDS)('#is=%s states it of the addresses on the list', (field) => {
  const { feed } = configured(`own=s3://bucket/a#is=${field}`);
  // Others may be, too: nobody says that the list is complete.
  expect(feed.anonymizer).toEqual({ field, completeFor: [] });
  expect(feed.id).toBe('own');
});

test.each([
  ['redirect=cdn.example', ['cdn.example']],
  ['redirect=cdn.example+CDN2.example:8443', ['cdn.example', 'cdn2.example:8443']],
])('#%s allows redirects', async (option, hosts) => {
  const { sent } = await download(configured(`own=https://lists.example/a#${option}`), '8.8.8.8');
  expect(sent[0]?.request.redirectHosts).toEqual(hosts);
});

test.each([
  ['format=csv', 'format must be one of addresses, columns, got "csv"'],
  ['wide=yes', 'wide must be one of allow, got "yes"'],
  ['is=spam', 'is must be one of vpn, tor, proxy, hosting, relay, got "spam"'],
  ['redirect=https://cdn.example', 'redirect must be host names, separated by +, got'],
  ['interval=1m', 'set it to 300 seconds or more'],
  ['token=x', 'unknown option "token"'],
])('#%s is not valid', (option, issue) => {
  const { issues } = parseFeeds(`own=https://lists.example/a#${option}`, FEED_CATALOG);
  expect(issues).toEqual([expect.stringContaining(issue)]);
});

test('CrowdSec needs the id of an integration', () => {
  expect(parseFeeds('crowdsec', FEED_CATALOG).issues).toEqual([
    expect.stringContaining('integration is not set: set it to'),
  ]);
  expect(parseFeeds('crowdsec#integration=../x', FEED_CATALOG).issues).toEqual([
    expect.stringContaining('integration must be the id of an integration'),
  ]);
});
