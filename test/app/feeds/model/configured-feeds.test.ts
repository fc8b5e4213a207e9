import { wholeNumber } from '../../../../app/src/config/schemas.ts';
import { type FeedCatalog, parseFeeds } from '../../../../app/src/feeds/model/configured-feeds.ts';
import type { Feed } from '../../../../app/src/feeds/model/feed.ts';

const HOUR_MS = 3_600_000;

function feedOf(id: string, more: Partial<Feed> = {}): Feed {
  return {
    id,
    title: 'addresses',
    homepage: 'https://publisher.example/',
    content: 'ranges',
    licence: { name: 'none', attribution: 'A publisher' },
    interval: HOUR_MS,
    maxAge: 24 * HOUR_MS,
    ageFrom: 'confirmed',
    download: () => Promise.resolve({ status: 'unchanged' }),
    findImplausible: () => undefined,
    ...more,
  };
}

const CATALOG: FeedCatalog = {
  builtIn: [
    feedOf('exits'),
    feedOf('scores', { options: { minimum: wholeNumber(25, 100).default(100) } }),
    feedOf('daily', { defaultInterval: 6 * HOUR_MS }),
  ],
  createList: (id, location) => feedOf(id, { homepage: location }),
};

test.each([
  ['', []],
  ['exits', [{ id: 'exits', options: {}, hours: 1, maxHours: 24 }]],
  [' exits , daily ', [{ id: 'exits' }, { id: 'daily', hours: 6 }]],
  ['exits#interval=2h&max-age=48h', [{ id: 'exits', hours: 2, maxHours: 48, options: {} }]],
  ['daily#interval=1h', [{ id: 'daily', hours: 1 }]],
  ['scores', [{ id: 'scores', options: { minimum: 100 } }]],
  ['scores#minimum=25', [{ id: 'scores', options: { minimum: 25 } }]],
  ['own=https://lists.example/a.txt?x=1', [{ id: 'own', home: 'https://lists.example/a.txt?x=1' }]],
  ['own=s3://bucket/a/b.txt#interval=3h', [{ id: 'own', home: 's3://bucket/a/b.txt', hours: 3 }]],
])('FEEDS=%s', (text, expected) => {
  const { feeds, issues } = parseFeeds(text, CATALOG);
  expect(issues).toEqual([]);
  expect(
    feeds.map(({ feed, options, interval, maxAge }) => ({
      id: feed.id,
      home: feed.homepage,
      options,
      hours: interval / HOUR_MS,
      maxHours: maxAge / HOUR_MS,
    })),
  ).toEqual(expected.map((each) => expect.objectContaining(each)));
});

test.each([
  ['scoers', 'contains the unknown feed scoers: did you mean scores?'],
  [
    'nothing-like-it',
    'contains the unknown feed nothing-like-it: docs/feeds.md lists them, and a list of your own is written id=https://host/file',
  ],
  [
    'https://host/list?token=secret',
    'has a list whose id is not valid: use at most 40 lower-case letters, digits and single hyphens',
  ],
  ['exits,exits', 'contains the feed exits twice: remove one of them'],
  [
    'exits=https://host/file',
    'gives the built-in feed exits a location: choose another id for a list of your own',
  ],
  [
    'own=http://host/file',
    'has a list own whose location is not valid: write own=https://host/file or own=s3://bucket/key',
  ],
  [
    'own=https://host',
    'has a list own whose location is not valid: write own=https://host/file or own=s3://bucket/key',
  ],
  [
    'Own=https://host/file',
    'has a list whose id is not valid: use at most 40 lower-case letters, digits and single hyphens',
  ],
  [
    'exits#minimum=3',
    'has the unknown option "minimum" in the entry exits: its options are interval, max-age',
  ],
  [
    'exits#interval=1m',
    'has an interval in the entry exits that is shorter than the publisher allows: set it to 3600 seconds or more',
  ],
  [
    'exits#interval=soon',
    'is not valid in the entry exits: interval must be a duration from 1s to 8760h, in the form 90s, 15m or 1h, got "soon"',
  ],
  [
    'scores#minimum=7',
    'is not valid in the entry scores: minimum must be a whole number from 25 to 100, got "7"',
  ],
  ['exits#interval=2h#max-age=3h', 'has more than one # in the entry exits'],
])('FEEDS=%s is not valid', (text, issue) => {
  expect(parseFeeds(text, CATALOG).issues).toEqual([issue]);
});

test('the number of feeds is limited', () => {
  const lists = Array.from({ length: 41 }, (_, index) => `own-${index}=https://host/${index}`);
  expect(parseFeeds(lists.slice(1).join(), CATALOG).issues).toEqual([]);
  expect(parseFeeds(lists.join(), CATALOG).issues).toEqual(['contains more than 40 feeds']);
});

test('options can change the feed', () => {
  const licence = { name: 'of the options', attribution: 'A publisher' };
  const feed = feedOf('exits', { configure: () => feedOf('exits', { licence }) });
  const { feeds } = parseFeeds('exits', { ...CATALOG, builtIn: [feed] });
  expect(feeds[0]?.feed.licence).toEqual(licence);
});
