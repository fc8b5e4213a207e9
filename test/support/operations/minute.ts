import type { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import { chance, times } from './chance.ts';

/** A deployment with its users. */
export interface Site {
  readonly name: string;
  /** Logins a minute, at the top of the day and in the middle of the night. */
  readonly day: number;
  readonly night: number;
}

export const LARGE: Site = { name: 'large', day: 300, night: 15 };
/** Its nights have hours without a login. */
export const SMALL: Site = { name: 'small', day: 2.5, night: 0.06 };
export const TINY: Site = { name: 'tiny', day: 0.05, night: 0.02 };

/** A task, and how often it writes its metrics in this minute. */
export interface Task {
  readonly policyRevision: number;
  readonly flushes: number;
}

/** Milliseconds: most values, and those of the slowest per cent (or of `slowShare`). */
export interface Times {
  readonly usual: number;
  readonly slow: number;
  readonly slowShare: number;
}

/** What happens at a site in one minute. Metrics are made from it, and incidents change it. */
export interface Minute {
  readonly tasks: readonly Task[];
  /** Whether the metrics of the tasks reach CloudWatch. */
  readonly reporting: boolean;
  readonly decisions: number;
  readonly refused: number;
  /** Reputations that could not be had. */
  readonly unavailable: number;
  readonly unenforceable: number;
  readonly failedConditions: number;
  readonly faults: number;
  readonly invalid: number;
  readonly oversized: number;
  readonly unauthenticated: number;
  /** Calls with an access token that cannot be verified, as there are no keys. */
  readonly unverifiable: number;
  readonly decisionTime: Times;
  readonly quotaLeftPercent: number | undefined;
  readonly closedFor: (typeof DIMENSION_VALUES.Cause)[number] | undefined;
  readonly tableFailures: number;
  readonly tablePassedOver: boolean;
  readonly secretRefreshFailures: number;
  readonly previousCredentialUsed: number;
  readonly issuerKeyFailures: number;
  readonly issuerKeysMissing: boolean;
  readonly lostLogLines: number;
  /** Days. */
  readonly geoDatabaseAge: number;
  /** As the load balancer sees them; undefined without any target. */
  readonly healthyTasks: number | undefined;
  readonly unhealthyTasks: number;
  /** Answers of the load balancer's own. */
  readonly badGateways: number;
  readonly gatewayTimeouts: number;
  /** Requests that each rule of the firewall blocked. */
  readonly blocked: Readonly<Record<string, number>>;
  readonly throttles: number;
  readonly malformedMetrics: number;
}

const STEADY: readonly Task[] = [
  { policyRevision: 4711, flushes: 2 },
  { policyRevision: 4711, flushes: 2 },
];

/** A minute of a normal day: logins follow the sun, and attacks never quite end. */
export function normalMinute(site: Site, minute: number): Minute {
  const often = (mean: number, what: string) => times(mean, `${site.name} ${what}`, minute);
  const decisions = often(loginsPerMinute(site, minute), 'decisions');
  const hour = (minute % 1440) / 60;
  return {
    tasks: STEADY,
    reporting: true,
    decisions,
    refused: Math.min(decisions, often(decisions * 0.02, 'refused')),
    unavailable: Math.min(decisions, often(decisions * 0.01, 'unavailable')),
    unenforceable: 0,
    failedConditions: 0,
    faults: often(0.002, 'faults'),
    invalid: often(0.002, 'invalid'),
    oversized: 0,
    // Somebody is always scanning.
    unauthenticated: often(0.1, 'unauthenticated'),
    unverifiable: 0,
    decisionTime: {
      usual: 4,
      slow: 250 + 200 * chance('slow', minute),
      slowShare: 0.02,
    },
    // Where nobody is looked up, AbuseIPDB does not say what is left.
    quotaLeftPercent: decisions === 0 ? undefined : 100 - 2.5 * hour,
    closedFor: undefined,
    tableFailures: often(0.05, 'table failures'),
    tablePassedOver: false,
    secretRefreshFailures: often(0.002, 'secret failures'),
    previousCredentialUsed: 0,
    issuerKeyFailures: often(0.002, 'issuer key failures'),
    issuerKeysMissing: false,
    lostLogLines: 0,
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

/** Nothing but the night before six and after twenty, and the top of the day at one. */
function loginsPerMinute({ day, night }: Site, minute: number): number {
  const hour = (minute % 1440) / 60;
  const sun = hour < 6 || hour > 20 ? 0 : Math.sin(((hour - 6) / 14) * Math.PI);
  return night + (day - night) * sun;
}
