import { ABUSEIPDB_BLACKLIST } from './abuseipdb-blacklist.ts';
import { applePrivateRelay } from './apple-private-relay.ts';
import { awsRanges } from './aws-ranges.ts';
import { cloudflareRanges } from './cloudflare-ranges.ts';
import { crowdsec } from './crowdsec.ts';
import { createCustomList } from './custom-list.ts';
import { dbipCountryLite } from './dbip-country-lite.ts';
import { geoip2AnonymousIp } from './geoip2-anonymous-ip.ts';
import { geoip2City } from './geoip2-city.ts';
import { geoip2Country } from './geoip2-country.ts';
import { geolite2Asn } from './geolite2-asn.ts';
import { geolite2City } from './geolite2-city.ts';
import { geolite2Country } from './geolite2-country.ts';
import { googleCloudRanges } from './google-cloud-ranges.ts';
import { ipinfoLite } from './ipinfo-lite.ts';
import type { FeedCatalog } from './model/configured-feeds.ts';
import type { Feed } from './model/feed.ts';
import { spamhausAsnDrop } from './spamhaus-asn-drop.ts';
import { spamhausDropV4 } from './spamhaus-drop-v4.ts';
import { spamhausDropV6 } from './spamhaus-drop-v6.ts';
import { torExits } from './tor-exits.ts';
import { x4bnetDatacenter } from './x4bnet-datacenter.ts';
import { x4bnetVpn } from './x4bnet-vpn.ts';

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
  torExits,
  spamhausDropV4,
  spamhausDropV6,
  spamhausAsnDrop,
  x4bnetVpn,
  x4bnetDatacenter,
  applePrivateRelay,
  awsRanges,
  googleCloudRanges,
  cloudflareRanges,
  crowdsec,
];

/** The feeds that `FEEDS` can contain. */
export const FEED_CATALOG: FeedCatalog = {
  builtIn: BUILT_IN_FEEDS,
  createList: createCustomList,
};
