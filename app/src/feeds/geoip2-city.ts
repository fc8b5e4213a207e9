import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { KNOWN_COUNTRIES } from './sources/known-addresses.ts';
import { GEOIP_LICENCE, maxmindFeed } from './sources/maxmind.ts';

const ID = 'geoip2-city';

/** 113 MB, built on weekdays. Requires a subscription. */
export const geoip2City: Feed = {
  id: ID,
  title: 'countries, cities and time zones of addresses (MaxMind GeoIP City)',
  homepage: 'https://www.maxmind.com/en/geoip-databases',
  licence: GEOIP_LICENCE,
  maxAge: 9 * DAY_MS,
  ...maxmindFeed(ID, 'GeoIP2-City', {
    field: 'country',
    known: KNOWN_COUNTRIES,
    maxBytes: 256 * 1024 * 1024,
  }),
};
