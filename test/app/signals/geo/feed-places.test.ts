import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredFeed } from '../../../../app/src/feeds/model/configured-feeds.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import { checkFile } from '../../../../app/src/signals/feeds/check-file.ts';
import { FeedSnapshots } from '../../../../app/src/signals/feeds/feed-snapshots.ts';
import { openFeedView } from '../../../../app/src/signals/feeds/feed-view.ts';
import { openGeoDatabase } from '../../../../app/src/signals/geo/database.ts';
import { createPlacesOf } from '../../../../app/src/signals/geo/feed-places.ts';
import { countryFile, feedOf, mmdbOf, pointerTo } from '../feeds/published-feeds.ts';

const COUNTRY = feedOf('country', 'places');
const CITY = feedOf('city', 'places');
const FEEDS = [COUNTRY, CITY];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'places-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function geoOf(name: string, file: Buffer) {
  const path = join(folder, name);
  await writeFile(path, file);
  return openGeoDatabase([path]);
}

function snapshotsOf(...loaded: [ConfiguredFeed, Buffer][]): FeedSnapshots {
  const entries = loaded.map(([configured, file]) => {
    const { id, content } = configured.feed;
    const pointer = pointerTo(configured, file);
    const view = openFeedView(id, file, checkFile(file, { content, sha256: pointer.sha256 }));
    return [id, { pointer, view }] as const;
  });
  return new FeedSnapshots(FEEDS, new Map(entries));
}

const address = parseAddress('9.9.9.9');
if (address === undefined) throw new Error('not an address');
const NETWORK = { autonomous_system_number: 64500 };
const BUNDLED = 'geo-whois-asn-country.mmdb';

test.each<[what: string, file: string, feeds: [ConfiguredFeed, Buffer][], place: object]>([
  ['the bundled file without feeds', BUNDLED, [], { country: 'US' }],
  [
    'a feed instead of the bundled file',
    BUNDLED,
    [[COUNTRY, countryFile('CH')]],
    { country: 'CH' },
  ],
  [
    'the bundled file with a feed of networks only',
    BUNDLED,
    [[COUNTRY, mmdbOf(NETWORK)]],
    { country: 'US', asn: 64500 },
  ],
  [
    'the first feed of FEEDS, and what it lacks from the second',
    BUNDLED,
    [
      [CITY, mmdbOf({ country: { iso_code: 'AT' }, city: { names: { en: 'Vienna' } } })],
      [COUNTRY, countryFile('CH')],
    ],
    { country: 'CH', city: 'Vienna' },
  ],
  [
    "the operator's file for what the feeds lack",
    'own.mmdb',
    [[COUNTRY, mmdbOf(NETWORK)]],
    { country: 'US', asn: 64500 },
  ],
  [
    "a feed before the operator's file",
    'own.mmdb',
    [[COUNTRY, countryFile('CH')]],
    { country: 'CH', city: 'Springfield' },
  ],
])('places come from %s', async (_, name, feeds, place) => {
  const geo = await geoOf(
    name,
    mmdbOf({
      country: { iso_code: 'US' },
      ...(name !== BUNDLED && { city: { names: { en: 'Springfield' } } }),
    }),
  );
  const places = createPlacesOf(geo)(snapshotsOf(...feeds));
  const expected = name === BUNDLED ? place : { city: 'Springfield', ...place };
  expect(places.lookup(address)).toEqual({ known: true, value: expected });
});

test('the bundled file is no source beside a feed of countries', async () => {
  const geo = await geoOf(BUNDLED, mmdbOf({ country: { iso_code: 'US' } }));
  const other = countryFile('CH');
  const feeds = snapshotsOf([COUNTRY, other]);
  const places = createPlacesOf(geo)(feeds);
  expect(places.files.map(({ info }) => [info.path, info.feed])).toEqual([['country', 'country']]);
});

test('a set of snapshots keeps its places', async () => {
  const placesOf = createPlacesOf(await geoOf(BUNDLED, countryFile('US')));
  const before = snapshotsOf([COUNTRY, countryFile('CH')]);
  const after = snapshotsOf([COUNTRY, countryFile('AT')]);
  const countries = [before, after, before].map((feeds) => placesOf(feeds).lookup(address));
  expect(countries).toMatchObject(['CH', 'AT', 'CH'].map((country) => ({ value: { country } })));
  expect(placesOf(before)).toBe(placesOf(before));
});
