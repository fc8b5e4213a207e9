import type { FeedErrorReason } from '../../../app/src/feeds/model/feed-error.ts';
import type { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import { poisson, random } from './random.ts';

/** A deployment and its load. */
export interface Site {
  readonly name: string;
  /** Logins per minute, at the peak of the day and at night. */
  readonly day: number;
  readonly night: number;
}

export const LARGE: Site = { name: 'large', day: 300, night: 15 };
/** Has hours without a login at night. */
export const SMALL: Site = { name: 'small', day: 2.5, night: 0.06 };
/** Too few logins for most thresholds. */
export const QUIET: Site = { name: 'quiet', day: 1, night: 0.06 };
export const TINY: Site = { name: 'tiny', day: 0.05, night: 0.02 };

/** A task, and how often it writes its metrics in a minute. */
export interface Task {
  readonly policyRevision: number;
  readonly flushes: number;
}

/** Latencies in milliseconds. */
export interface LatencyProfile {
  readonly usual: number;
  readonly slow: number;
  /** The share of slow requests, from 0 to 1. */
  readonly slowShare: number;
}

/** What a run of the daily status reports. */
export interface DailyStatus {
  readonly clientsSilent?: number;
  readonly contractChanged?: boolean;
  readonly failed?: boolean;
}

/** The state of a site in one minute. Metrics are derived from it, and incidents change it. */
export interface Minute {
  readonly tasks: readonly Task[];
  /** Whether the metrics of the tasks reach CloudWatch. */
  readonly reporting: boolean;
  readonly decisions: number;
  readonly refused: number;
  /** Decisions without the reputation that they need. */
  readonly unavailableReputations: number;
  /** Decisions on requests without a usable client address. */
  readonly withoutAddress: number;
  /** Decisions on requests of an unknown version of the action. */
  readonly unknownApiVersions: number;
  readonly unenforceable: number;
  readonly failedConditions: number;
  readonly internalErrors: number;
  readonly invalid: number;
  readonly oversized: number;
  readonly unauthenticated: number;
  /** Calls with an access token that cannot be verified, because there are no keys. */
  readonly unverifiable: number;
  readonly latency: LatencyProfile;
  readonly quotaRemainingPercent: number | undefined;
  /** Of an even pace; undefined before any task has seen the quota. */
  readonly pacePercent: number | undefined;
  /** Lookups that were held back because of the pace. */
  readonly paced: number;
  /** Lookups that were held back for other reasons. */
  readonly overBudget: number;
  readonly circuitOpenCause: (typeof DIMENSION_VALUES.Cause)[number] | undefined;
  readonly cacheFailures: number;
  readonly cacheCircuitOpen: boolean;
  readonly secretRefreshFailures: number;
  readonly previousCredentialUsed: number;
  readonly issuerKeyFailures: number;
  readonly issuerKeysMissing: boolean;
  readonly droppedLogLines: number;
  /** Days. */
  readonly geoDatabaseAge: number;
  /** Hours, by feed; absent without data. */
  readonly feedAges: Readonly<Record<string, number>>;
  readonly feedLoadFailures: number;
  readonly blacklistDowngraded: boolean;
  /** Whether a run of the refresher ends. */
  readonly refresherEnds: boolean;
  /** Feeds that a run could not refresh, by reason. */
  readonly feedErrors: Readonly<Partial<Record<FeedErrorReason, number>>>;
  /** As the load balancer sees them; undefined without any target. */
  readonly healthyTasks: number | undefined;
  readonly unhealthyTasks: number;
  /** Responses that the load balancer itself generates. */
  readonly loadBalancerErrors: number;
  readonly badGateways: number;
  readonly gatewayTimeouts: number;
  /** Blocked requests by firewall rule. */
  readonly blocked: Readonly<Record<string, number>>;
  readonly throttles: number;
  readonly malformedMetrics: number;
  /** What the run of the canary reports; `silent` without a run. */
  readonly canary: 'ok' | 'failed' | 'pending' | 'silent';
  /** The daily status: undefined in minutes without a run. */
  readonly status: DailyStatus | undefined;
  /** Percentage of CloudFront's responses. */
  readonly cloudFrontErrorRate: number;
}

const STEADY: readonly Task[] = [
  { policyRevision: 4711, flushes: 2 },
  { policyRevision: 4711, flushes: 2 },
];

const eventNames = new Map<Site, Map<string, string>>();

/** Returns the name of an event at a site. A text that is built anew would have to be hashed again for each minute. */
function eventAt(site: Site, event: string): string {
  const names = eventNames.get(site) ?? new Map<string, string>();
  eventNames.set(site, names);
  const name = names.get(event) ?? `${site.name} ${event}`;
  names.set(event, name);
  return name;
}

/** Returns a minute of a normal day: logins depend on the time of day, and there are a few attacks and failures. */
export function normalMinute(site: Site, minute: number): Minute {
  const count = (mean: number, event: string) => poisson(mean, eventAt(site, event), minute);
  const decisions = count(loginsPerMinute(site, minute), 'decisions');
  const hour = (minute % 1440) / 60;
  return {
    tasks: STEADY,
    reporting: true,
    decisions,
    refused: Math.min(decisions, count(decisions * 0.02, 'refused')),
    unavailableReputations: Math.min(decisions, count(decisions * 0.01, 'unavailable')),
    withoutAddress: Math.min(decisions, count(decisions * 0.01, 'without address')),
    unknownApiVersions: 0,
    unenforceable: 0,
    failedConditions: 0,
    internalErrors: count(0.002, 'internal errors'),
    invalid: count(0.002, 'invalid'),
    oversized: 0,
    // Background noise of scanners.
    unauthenticated: count(0.1, 'unauthenticated'),
    unverifiable: 0,
    latency: {
      usual: 4,
      slow: 250 + 200 * random('slow', minute),
      slowShare: 0.02,
    },
    // Without a check, AbuseIPDB does not report the remaining quota.
    quotaRemainingPercent: decisions === 0 ? undefined : 100 - 2.5 * hour,
    // The quota suffices, so that the pace rises.
    pacePercent: 100 + 2 * hour,
    paced: Math.min(decisions, count(decisions * 0.005, 'paced')),
    overBudget: Math.min(decisions, count(decisions * 0.005, 'over budget')),
    circuitOpenCause: undefined,
    cacheFailures: count(0.05, 'cache failures'),
    cacheCircuitOpen: false,
    secretRefreshFailures: count(0.002, 'secret failures'),
    previousCredentialUsed: 0,
    issuerKeyFailures: count(0.002, 'issuer key failures'),
    issuerKeysMissing: false,
    droppedLogLines: 0,
    geoDatabaseAge: 7,
    // Tuesday's and Friday's data, and lists that are confirmed every few hours.
    feedAges: {
      'geolite2-country': 80,
      'geolite2-asn': 30,
      'abuseipdb-blacklist': (minute % 360) / 60,
    },
    feedLoadFailures: count(0.005, 'feed load failures'),
    blacklistDowngraded: false,
    // Runs take a minute or several.
    refresherEnds: minute % 60 === 1 + Math.floor(3 * random('refresher', Math.floor(minute / 60))),
    feedErrors: random('feed errors', Math.floor(minute / 60)) < 0.1 ? { unreachable: 1 } : {},
    healthyTasks: 2,
    unhealthyTasks: 0,
    loadBalancerErrors: 0,
    badGateways: count(0.01, 'bad gateways'),
    gatewayTimeouts: count(0.01, 'gateway timeouts'),
    blocked: {
      OnlyTheAction: count(10, 'scanners'),
      AWSManagedRulesCommonRuleSet: count(0.02, 'common'),
      AWSManagedRulesKnownBadInputsRuleSet: count(0.02, 'inputs'),
    },
    throttles: count(0.005, 'throttles'),
    malformedMetrics: 0,
    canary: random('canary', minute) < 0.005 ? 'failed' : 'ok',
    // At 1:30.
    status: minute % 1440 === 90 ? {} : undefined,
    cloudFrontErrorRate: 0.5 * random('CloudFront', minute),
  };
}

/** Lowest before 6:00 and after 20:00, highest at 13:00. */
function loginsPerMinute({ day, night }: Site, minute: number): number {
  const hour = (minute % 1440) / 60;
  const sun = hour < 6 || hour > 20 ? 0 : Math.sin(((hour - 6) / 14) * Math.PI);
  return night + (day - night) * sun;
}
