import { type Incident, incident } from './incident.ts';

const WITH_FEEDS = { configuration: 'feeds', minutes: 180 } as const;

const FEED_IDS = [
  'geolite2-country',
  'geolite2-asn',
  'geoip2-anonymous-ip',
  'ipinfo-lite',
  'abuseipdb-blacklist',
  'tor-exits',
  'partners',
];

/** The data of the feeds needs attention. */
export const FEEDS: readonly Incident[] = [
  ...(['checksum', 'format', 'implausible', 'older'] as const).map((reason) =>
    incident(
      `new data of a feed is rejected in every run: ${reason}`,
      () => ({ feedErrors: { [reason]: 1 } }),
      { FeedRejected: 120 },
      WITH_FEEDS,
    ),
  ),
  ...(['authentication', 'forbidden', 'missing', 'store'] as const).map((reason) =>
    incident(
      `a feed cannot be refreshed in any run: ${reason}`,
      () => ({ feedErrors: { [reason]: 1, unreachable: 1 } }),
      { FeedRefreshBlocked: 120 },
      WITH_FEEDS,
    ),
  ),
  incident(
    'one run rejects the data of a feed, and the next one accepts it',
    (_, elapsed) => ({ feedErrors: elapsed < 60 ? { implausible: 1 } : {} }),
    { FeedRejected: 120 },
    WITH_FEEDS,
  ),
  incident(
    'the refresher no longer runs',
    () => ({ refresherEnds: false }),
    // CloudWatch uses up to two older data points instead of missing ones.
    { RefresherSilent: 310 },
    { ...WITH_FEEDS, minutes: 360 },
  ),
  incident(
    'a publisher has stopped, and its last database is old',
    () => ({ feedAges: { 'geolite2-country': 217, 'geolite2-asn': 30, 'abuseipdb-blacklist': 3 } }),
    { 'FeedTooOld-geolite2-country': 45 },
    WITH_FEEDS,
  ),
  incident(
    'the refresher has been running without access to the internet for two weeks',
    () => ({
      feedErrors: { unreachable: 5 },
      feedAges: Object.fromEntries(FEED_IDS.map((id) => [id, 14 * 24])),
    }),
    Object.fromEntries(FEED_IDS.map((id) => [`FeedTooOld-${id}`, 45])),
    WITH_FEEDS,
  ),
  incident(
    'the blacklist is expired',
    () => ({ feedAges: { 'abuseipdb-blacklist': 31 } }),
    { 'FeedTooOld-abuseipdb-blacklist': 45 },
    WITH_FEEDS,
  ),
  incident(
    'tasks may no longer read the bucket',
    (_, elapsed) => ({ feedLoadFailures: elapsed % 5 === 0 ? 10 : 0 }),
    { FeedLoadFailures: 45 },
    WITH_FEEDS,
  ),
  incident(
    'the subscription of AbuseIPDB has ended',
    () => ({ blacklistDowngraded: true }),
    { BlacklistDowngraded: 90 },
    WITH_FEEDS,
  ),
];
