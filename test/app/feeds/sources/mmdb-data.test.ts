import { readFileSync } from 'node:fs';
import { BUILT_IN_FEEDS } from '../../../../app/src/feeds/index.ts';
import {
  KNOWN_COUNTRIES,
  KNOWN_NETWORKS,
} from '../../../../app/src/feeds/sources/known-addresses.ts';
import { type MmdbContent, parseMmdb } from '../../../../app/src/feeds/sources/mmdb-data.ts';
import { findImplausibleMmdb } from '../../../../app/src/feeds/sources/mmdb-plausibility.ts';
import { bundledGeoDatabase } from '../../../../app/src/signals/geo/database.ts';
import { BROKEN_MMDB_FILES } from '../../../support/broken-mmdb.ts';
import {
  ANONYMIZERS,
  ASNS,
  BUILT,
  COUNTRIES,
  database,
  NOW,
} from '../../../support/feeds/databases.ts';

const TYPE = 'GeoLite2-Country';
const CONTENT: MmdbContent = {
  type: TYPE,
  field: 'country',
  known: KNOWN_COUNTRIES,
  maxBytes: 1024 * 1024,
};
const NETWORKS: MmdbContent = { ...CONTENT, field: 'asn', known: KNOWN_NETWORKS };
const FLAGS: MmdbContent = { type: 'GeoIP2-Anonymous-IP', maxBytes: 1024 * 1024 };

const parse = (file: Buffer, content = CONTENT) => parseMmdb(file, 'some-feed', content);

describe('the format:', () => {
  test.each(BROKEN_MMDB_FILES)('a file with %s is rejected', (_, file, error) => {
    const act = () => parse(file);
    expect(act).toThrow(expect.objectContaining({ reason: 'format' }));
    expect(act).toThrow(error);
    expect(act).toThrow(/^The mmdb file of the feed some-feed .+\.$/);
  });

  test.each([
    [
      'places without countries',
      database(TYPE, ASNS),
      CONTENT,
      /no records with the field country/,
    ],
    ['places without networks', database(TYPE), NETWORKS, /no records with the field asn/],
    ['places instead of anonymizers', database(TYPE), FLAGS, /contains no anonymizers/],
    ['anonymizers instead of places', database(TYPE, ANONYMIZERS), CONTENT, /field country/],
    ['other data', database(TYPE, [['8.8.8.0/24', { domain: 'a.example' }]]), CONTENT, /country/],
    ['only IPv4', database(TYPE, COUNTRIES, { ipVersion: 4 }), CONTENT, /contains no IPv6/],
    ['only IPv4', database(TYPE, ANONYMIZERS, { ipVersion: 4 }), FLAGS, /contains no IPv6/],
  ])('a file with %s is rejected', (_, file, content, message) => {
    expect(() => parse(file, content)).toThrow(message);
  });
});

describe('the summary', () => {
  test.each([
    ['countries', COUNTRIES, CONTENT, 'places', 'country continent', 10],
    ['networks', ASNS, NETWORKS, 'places', 'asn organization', 10],
    ['anonymizers', ANONYMIZERS, FLAGS, 'anonymizers', '', -1],
  ] as const)('of %s', (_, networks, content, kind, fields, knownAddresses) => {
    const file = database(TYPE, networks);
    expect(parse(file, content)).toEqual({
      content: kind,
      file,
      publishedAt: BUILT.getTime(),
      summary: { type: TYPE, bytes: file.length, fields, knownAddresses },
    });
  });
});

describe('plausibility:', () => {
  const good = parse(database(TYPE)).summary;
  const find = (changes: object, context: { publishedAt?: number; isFirst?: boolean } = {}) =>
    findImplausibleMmdb(
      {
        ...parse(database(TYPE)),
        publishedAt: context.publishedAt ?? BUILT.getTime(),
        summary: { ...good, ...changes },
      },
      { previous: context.isFirst ? undefined : good, options: {}, now: NOW },
      CONTENT,
    );
  const bytes = Number(good.bytes);
  const days = (count: number) => NOW - count * 24 * 3600 * 1000;

  test.each<[string, object, object]>([
    ['the same file', {}, {}],
    ['a first file', { bytes: 10 * bytes, fields: 'country' }, { isFirst: true }],
    ['10 percent fewer bytes', { bytes: Math.ceil(bytes * 0.9) }, {}],
    ['50 percent more bytes', { bytes: Math.floor(bytes * 1.5) }, {}],
    ['8 of 10 known addresses', { knownAddresses: 8 }, {}],
    ['a build date 30 days ago', {}, { publishedAt: days(30) }],
    ['a new field', { fields: 'country continent city' }, {}],
  ])('%s is plausible', (_, changes, context) => {
    expect(find(changes, context)).toBeUndefined();
  });

  test.each<[string, object, object, RegExp]>([
    ['another edition', { type: 'GeoLite2-City' }, {}, /GeoLite2-City, expected GeoLite2-Country/],
    ['another product', { type: `${TYPE}-Test` }, {}, /that of the published file is GeoLite2-Cou/],
    [
      'more than 10 percent fewer bytes',
      { bytes: Math.floor(bytes * 0.89) },
      {},
      /bytes, and the publ/,
    ],
    [
      'more than 50 percent more bytes',
      { bytes: Math.ceil(bytes * 1.51) },
      {},
      /bytes, and the publ/,
    ],
    ['7 of 10 known addresses', { knownAddresses: 7 }, {}, /^only 7 of 10 known addresses/],
    ['a build date 32 days ago', {}, { publishedAt: days(32) }, /^it was built 32 days ago$/],
    ['a lost field', { fields: 'country' }, {}, /lack fields of the published file: continent$/],
  ])('%s is implausible', (_, changes, context, message) => {
    expect(find(changes, context)).toMatch(message);
  });

  test.each([
    ['another edition', { type: 'GeoLite2-City' }],
    ['no known address', { knownAddresses: 0 }],
  ])('%s is implausible in a first file, too', (_, changes) => {
    expect(find(changes, { isFirst: true })).toBeDefined();
  });
});

describe('the known addresses', () => {
  test('are ten of countries and ten of networks', () => {
    expect([KNOWN_COUNTRIES.size, KNOWN_NETWORKS.size]).toEqual([10, 10]);
  });

  test('have their countries in the bundled database, which has another source', () => {
    const data = parse(readFileSync(bundledGeoDatabase()));
    expect(data.summary.knownAddresses).toBe(10);
  });

  test.each([
    ['three others', 7],
    ['two others', 8],
    ['no others', 10],
  ])('are counted with %s', (_, expected) => {
    const others = COUNTRIES.slice(0, 10 - expected).map(
      ([cidr]) => [cidr, { country: { iso_code: 'KP' } }] as const,
    );
    const data = parse(database(TYPE, [...COUNTRIES, ...others]));
    expect(data.summary.knownAddresses).toBe(expected);
  });
});

test('every feed of MaxMind has the 30 days of its licence and the quota of its account', () => {
  const feeds = BUILT_IN_FEEDS.filter(({ credential }) => credential === 'maxmind');
  expect(feeds.map(({ id }) => id)).toEqual([
    'geolite2-country',
    'geolite2-city',
    'geolite2-asn',
    'geoip2-country',
    'geoip2-city',
    'geoip2-anonymous-ip',
  ]);
  for (const { licence, quota, ageFrom } of feeds) {
    expect(licence).toMatchObject({ deleteWithinDays: 30 });
    expect(licence.attribution).toContain('MaxMind');
    expect(quota).toEqual({ account: 'maxmind', perDay: 20 });
    expect(ageFrom).toBe('published');
  }
});
