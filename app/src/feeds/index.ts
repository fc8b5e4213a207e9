import { ABUSEIPDB_BLACKLIST } from './abuseipdb-blacklist.ts';
import { dbipCountryLite } from './dbip-country-lite.ts';
import { geoip2AnonymousIp } from './geoip2-anonymous-ip.ts';
import { geoip2City } from './geoip2-city.ts';
import { geoip2Country } from './geoip2-country.ts';
import { geolite2Asn } from './geolite2-asn.ts';
import { geolite2City } from './geolite2-city.ts';
import { geolite2Country } from './geolite2-country.ts';
import { ipinfoLite } from './ipinfo-lite.ts';
import type { FeedCatalog } from './model/configured-feeds.ts';
import type { Feed } from './model/feed.ts';

/** Every built-in feed, in the order of docs/feeds.md. */
export const BUILT_IN_FEEDS: readonly Feed[] = [
  geolite2Country,
  geolite2City,
  geolite2Asn,
  geoip2Country,
  geoip2City,
  geoip2AnonymousIp,
  ipinfoLite,
  dbipCountryLite,
  ABUSEIPDB_BLACKLIST,
];

/** The feeds that `FEEDS` can contain. */
export const FEED_CATALOG: FeedCatalog = {
  builtIn: BUILT_IN_FEEDS,
  createList: (id) => {
    throw new Error(`The list ${id} cannot be created.`);
  },
};
