import {
  DEFAULT_BLACKLIST_MAX_AGE,
  MAX_BLACKLIST_MAX_AGE,
} from '../../../app/src/config/setting-table.ts';
import type { ConfiguredFeed } from '../../../app/src/feeds/model/configured-feeds.ts';
import type { FeedErrorReason } from '../../../app/src/feeds/model/feed-error.ts';
import { HOUR_MS } from '../../../app/src/feeds/model/times.ts';
import { parseDurationSetting } from '../../../app/src/lib/duration.ts';
import type { FeedsConfig } from '../../config/feeds.ts';
import type { Metrics } from '../metrics.ts';
import { FEED_QUERY } from '../queries.ts';
import type { AlarmDefinition, Evaluation } from './alarm.ts';
import { sumOfSparseMetrics } from './metric-math.ts';

/** What was downloaded is not used. */
const REJECTIONS = [
  'checksum',
  'format',
  'implausible',
  'older',
] as const satisfies FeedErrorReason[];

/** No later run succeeds until somebody acts. The other reasons, such as an outage of a publisher, may pass. */
const BLOCKS = [
  'authentication',
  'forbidden',
  'missing',
  'store',
] as const satisfies FeedErrorReason[];

const WHICH = `The saved query "${FEED_QUERY}" has the feed and the message`;

export interface FeedAlarmConfig {
  readonly feeds: Pick<FeedsConfig, 'feeds'>;
  /** Minutes between two runs of the refresher. */
  readonly feedRefreshMinutes: number;
  /** Age from which AbuseIPDB's blacklist proves nothing, such as `24h`. @default the service's */
  readonly blacklistMaxAge: string | undefined;
}

/**
 * Alarms on the feeds and the refresher. What an old feed means for decisions is in the policy, so that none of them
 * pages.
 */
export function feedAlarms(metrics: Metrics, config: FeedAlarmConfig): AlarmDefinition[] {
  const {
    feeds: { feeds },
    feedRefreshMinutes,
    blacklistMaxAge = DEFAULT_BLACKLIST_MAX_AGE,
  } = config;
  return [
    ...feeds.map((each) => feedTooOld(metrics, each, blacklistMaxAge)),
    {
      id: 'FeedRejected',
      description: `The refresher has rejected new data of a feed: its checksum or format is wrong, it is implausible, or older than the data in use. The last good data stays in use. ${WHICH}.`,
      severity: 'ticket',
      metric: errorsOf(metrics, REJECTIONS),
      breach: { atLeast: 1 },
      evaluation: anyRunOf(feedRefreshMinutes),
      missingData: 'notBreaching',
    },
    {
      id: 'FeedRefreshBlocked',
      description: `A feed cannot be refreshed until somebody acts: its publisher rejects the credential, refuses access or no longer has the file, or the refresher cannot write to its bucket. ${WHICH}.`,
      severity: 'ticket',
      metric: errorsOf(metrics, BLOCKS),
      breach: { atLeast: 1 },
      evaluation: anyRunOf(feedRefreshMinutes),
      missingData: 'notBreaching',
    },
    {
      id: 'RefresherSilent',
      description: 'No run of the refresher has ended, so that no feed is refreshed.',
      severity: 'ticket',
      metric: metrics.service('FeedRefreshes'),
      breach: { below: 1 },
      evaluation: everyRunOf(feedRefreshMinutes),
      missingData: 'breaching',
    },
    {
      id: 'FeedLoadFailures',
      description:
        'Tasks cannot read the data of a feed from the bucket. They keep using what they have, but a new task starts without it.',
      severity: 'ticket',
      metric: metrics.service('FeedLoadFailures'),
      // A task reads the pointer of each feed every five minutes.
      breach: { atLeast: 3 },
      evaluation: { periodMinutes: 15, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    ...(feeds.some(({ feed }) => feed.content === 'scores') ? [blacklistDowngraded(metrics)] : []),
  ];
}

/** One alarm for each feed, because each has an age of its own. It costs no more than one with all of the metrics. */
function feedTooOld(
  metrics: Metrics,
  configured: ConfiguredFeed,
  blacklistMaxAge: string,
): AlarmDefinition {
  const { id } = configured.feed;
  const { hours, consequence } = limitOf(configured, blacklistMaxAge);
  return {
    id: `FeedTooOld-${id}`,
    description: `The data of the feed ${id} is older than its maximum age, ${hours} h: ${consequence}.`,
    severity: 'ticket',
    metric: metrics.service('FeedAge', { of: id }),
    breach: { atLeast: hours },
    evaluation: { periodMinutes: 15, datapoints: 2, periods: 2 },
    missingData: 'notBreaching',
  };
}

/** Returns the age from which a decision no longer has all that the feed is for, and what that means. */
function limitOf(
  { feed: { content }, maxAge }: ConfiguredFeed,
  blacklistMaxAge: string,
): { readonly hours: number; readonly consequence: string } {
  const hours = maxAge / HOUR_MS;
  if (content === 'places') return { hours, consequence: 'it remains in use' };
  const provesFor = (parseDurationSetting(blacklistMaxAge, MAX_BLACKLIST_MAX_AGE) ?? 0) / HOUR_MS;
  if (content === 'scores' && provesFor <= hours) {
    return {
      hours: provesFor,
      consequence: 'it still raises scores, but no longer proves that an address has a low one',
    };
  }
  return { hours, consequence: 'conditions on it are unknown' };
}

function blacklistDowngraded(metrics: Metrics): AlarmDefinition {
  return {
    id: 'BlacklistDowngraded',
    description:
      'AbuseIPDB returns a smaller blacklist than configured, as it does after the end of a subscription, so that more addresses need a check.',
    severity: 'ticket',
    metric: metrics.service('BlacklistDowngraded'),
    breach: { atLeast: 1 },
    evaluation: { periodMinutes: 60, datapoints: 1, periods: 1 },
    missingData: 'notBreaching',
  };
}

function errorsOf(metrics: Metrics, reasons: readonly FeedErrorReason[]) {
  return sumOfSparseMetrics(
    Object.fromEntries(
      reasons.map((reason) => [reason, metrics.service('FeedErrors', { of: reason })]),
    ),
  );
}

/** In alarm from one run that breaches until a later run does not, and not in between. */
function anyRunOf(refreshMinutes: number): Evaluation {
  return { periodMinutes: 60, datapoints: 1, periods: Math.ceil(refreshMinutes / 60) + 1 };
}

/** In alarm if three runs in a row are missing. */
function everyRunOf(refreshMinutes: number): Evaluation {
  const periods = Math.ceil((3 * refreshMinutes) / 60);
  return { periodMinutes: 60, datapoints: periods, periods };
}
