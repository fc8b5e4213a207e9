import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { KNOWN_COUNTRIES } from './sources/known-addresses.ts';
import { GEOLITE_LICENCE, maxmindFeed } from './sources/maxmind.ts';

const ID = 'geolite2-country';

/** 7 MB, built on Tuesdays and Fridays. */
export const geolite2Country: Feed = {
  id: ID,
  title: 'countries and continents of addresses (MaxMind GeoLite Country)',
  homepage: 'https://dev.maxmind.com/geoip/geolite2-free-geolocation-data',
  licence: GEOLITE_LICENCE,
  maxAge: 9 * DAY_MS,
  ...maxmindFeed(ID, 'GeoLite2-Country', {
    field: 'country',
    known: KNOWN_COUNTRIES,
    maxBytes: 32 * 1024 * 1024,
  }),
};
