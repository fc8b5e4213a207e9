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
export const TINY: Site = { name: 'tiny', day: 0.05, night: 0.02 };

/** A task, and how often it writes its metrics in a minute. */
export interface Task {
  readonly policyRevision: number;
  readonly flushes: number;
}

/** Latencies in milliseconds: of most requests, and of the slowest ones. */
export interface LatencyProfile {
  readonly usual: number;
  readonly slow: number;
  readonly slowShare: number;
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
  readonly unenforceable: number;
  readonly failedConditions: number;
  readonly internalErrors: number;
  readonly invalid: number;
  readonly oversized: number;
  readonly unauthenticated: number;
  /** Calls with an access token that cannot be verified, as there are no keys. */
  readonly unverifiable: number;
  readonly latency: LatencyProfile;
  readonly quotaRemainingPercent: number | undefined;
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
  /** As the load balancer sees them; undefined without any target. */
  readonly healthyTasks: number | undefined;
  readonly unhealthyTasks: number;
  /** Responses that the load balancer itself generates. */
  readonly badGateways: number;
  readonly gatewayTimeouts: number;
  /** Blocked requests by firewall rule. */
  readonly blocked: Readonly<Record<string, number>>;
  readonly throttles: number;
  readonly malformedMetrics: number;
}

const STEADY: readonly Task[] = [
  { policyRevision: 4711, flushes: 2 },
  { policyRevision: 4711, flushes: 2 },
];

/** A minute of a normal day: logins follow the time of day, with a few attacks and failures. */
export function normalMinute(site: Site, minute: number): Minute {
  const often = (mean: number, what: string) => poisson(mean, `${site.name} ${what}`, minute);
  const decisions = often(loginsPerMinute(site, minute), 'decisions');
  const hour = (minute % 1440) / 60;
  return {
    tasks: STEADY,
    reporting: true,
    decisions,
    refused: Math.min(decisions, often(decisions * 0.02, 'refused')),
    unavailableReputations: Math.min(decisions, often(decisions * 0.01, 'unavailable')),
    unenforceable: 0,
    failedConditions: 0,
    internalErrors: often(0.002, 'faults'),
    invalid: often(0.002, 'invalid'),
    oversized: 0,
    // Background noise of scanners.
    unauthenticated: often(0.1, 'unauthenticated'),
    unverifiable: 0,
    latency: {
      usual: 4,
      slow: 250 + 200 * random('slow', minute),
      slowShare: 0.02,
    },
    // Without a check, AbuseIPDB does not report the remaining quota.
    quotaRemainingPercent: decisions === 0 ? undefined : 100 - 2.5 * hour,
    circuitOpenCause: undefined,
    cacheFailures: often(0.05, 'table failures'),
    cacheCircuitOpen: false,
    secretRefreshFailures: often(0.002, 'secret failures'),
    previousCredentialUsed: 0,
    issuerKeyFailures: often(0.002, 'issuer key failures'),
    issuerKeysMissing: false,
    droppedLogLines: 0,
    geoDatabaseAge: 7,
    healthyTasks: 2,
    unhealthyTasks: 0,
    badGateways: often(0.01, 'bad gateways'),
    gatewayTimeouts: often(0.01, 'gateway timeouts'),
    blocked: {
      OnlyTheAction: often(10, 'scanners'),
      AWSManagedRulesCommonRuleSet: often(0.02, 'common'),
      AWSManagedRulesKnownBadInputsRuleSet: often(0.02, 'inputs'),
    },
    throttles: often(0.005, 'throttles'),
    malformedMetrics: 0,
  };
}

/** Night before 6 and after 20 o'clock; peaks at 13 o'clock. */
function loginsPerMinute({ day, night }: Site, minute: number): number {
  const hour = (minute % 1440) / 60;
  const sun = hour < 6 || hour > 20 ? 0 : Math.sin(((hour - 6) / 14) * Math.PI);
  return night + (day - night) * sun;
}
