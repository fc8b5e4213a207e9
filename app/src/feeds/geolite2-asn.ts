import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { KNOWN_NETWORKS } from './sources/known-addresses.ts';
import { GEOLITE_LICENCE, maxmindFeed } from './sources/maxmind.ts';

const ID = 'geolite2-asn';

/** 9 MB, built on weekdays. */
export const geolite2Asn: Feed = {
  id: ID,
  title: 'autonomous systems of addresses (MaxMind GeoLite ASN)',
  homepage: 'https://dev.maxmind.com/geoip/geolite2-free-geolocation-data',
  licence: GEOLITE_LICENCE,
  maxAge: 5 * DAY_MS,
  ...maxmindFeed(ID, 'GeoLite2-ASN', {
    field: 'asn',
    known: KNOWN_NETWORKS,
    maxBytes: 32 * 1024 * 1024,
  }),
};
