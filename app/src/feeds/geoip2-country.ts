import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { KNOWN_COUNTRIES } from './sources/known-addresses.ts';
import { GEOIP_LICENCE, maxmindFeed } from './sources/maxmind.ts';

const ID = 'geoip2-country';

/** 7 MB, built on weekdays. Requires a subscription. */
export const geoip2Country: Feed = {
  id: ID,
  title: 'countries and continents of addresses (MaxMind GeoIP Country)',
  homepage: 'https://www.maxmind.com/en/geoip-databases',
  licence: GEOIP_LICENCE,
  maxAge: 9 * DAY_MS,
  ...maxmindFeed(ID, 'GeoIP2-Country', {
    field: 'country',
    known: KNOWN_COUNTRIES,
    maxBytes: 32 * 1024 * 1024,
  }),
};
