import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { GEOIP_LICENCE, maxmindFeed } from './sources/maxmind.ts';

const ID = 'geoip2-anonymous-ip';

/** 3 MB, built daily. Requires a subscription. */
export const geoip2AnonymousIp: Feed = {
  id: ID,
  title: 'addresses of VPNs, Tor exits, proxies and hosting providers (MaxMind Anonymous IP)',
  homepage: 'https://www.maxmind.com/en/geoip-anonymous-ip-database',
  licence: GEOIP_LICENCE,
  maxAge: 5 * DAY_MS,
  ...maxmindFeed(ID, 'GeoIP2-Anonymous-IP', { maxBytes: 32 * 1024 * 1024 }),
};
