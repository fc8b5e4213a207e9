import {
  LARGE,
  type Minute,
  QUIET,
  type Site,
  SMALL,
  TINY,
} from '../../support/operations/minute.ts';
import type { Situation } from '../../support/operations/situation.ts';
import type { Configuration } from '../../support/stack.ts';

export interface Incident extends Situation {
  readonly name: string;
  readonly configuration: Configuration;
  /** The alarms that must fire, and no other, each with the maximum delay in minutes. */
  readonly alarms: Readonly<Record<string, number>>;
  /** Maximum delay of the page in minutes; absent if the incident must not page. */
  readonly pageWithin?: number;
}

type Changes = Situation['changes'];
type Alarms = Incident['alarms'];

/** Creates an incident. By default it starts at 11:00, lasts an hour, and affects a large site. */
function incident(
  name: string,
  changes: Changes,
  alarms: Alarms,
  options: Partial<Pick<Incident, 'pageWithin' | 'configuration'>> & {
    readonly site?: Site;
    readonly minutes?: number;
    /** Minute of the day. @default 11:00 */
    readonly begins?: number;
  } = {},
): Incident {
  const {
    site = LARGE,
    minutes = 60,
    configuration = 'cloudfront, egress nat',
    begins = 11 * 60,
    pageWithin,
  } = options;
  return {
    ...{ name, site, configuration, changes, alarms },
    ...{ begins, ends: begins + minutes },
    ...(pageWithin !== undefined && { pageWithin }),
  };
}

const part = (share: number, count: number) => Math.round(count * share);
const slow =
  (milliseconds: number): Changes =>
  ({ latency }) => ({ latency: { ...latency, slow: milliseconds } });
/** Only this share of the identity server's calls reaches a decision. */
const decided = ({ decisions, refused }: Minute, share: number) => ({
  decisions: part(share, decisions),
  refused: part(share, refused),
});
/** The firewall admits only the identity server's addresses. */
const ALLOW_LIST = { configuration: 'allowed addresses, certificate' } as const;
/** Alarms with the severity `evidence`: they notify nobody as long as there are decisions. */
const FEWER = { UnusuallyFewDecisions: 20, UnusuallyFewTokens: 20, FewerTokensThanUsual: 10 };
const NO_DECISIONS = { ...FEWER, NoDecisions: 20 };

/** Logins fail or are about to. */
const LOGINS_AT_RISK: readonly Incident[] = [
  incident(
    '5 % of the decisions fail with an internal error',
    ({ decisions }) => ({
      decisions: part(0.95, decisions),
      internalErrors: part(0.05, decisions),
    }),
    { ServerErrors: 4, DecisionErrors: 15, FewerTokensThanUsual: 60 },
    { pageWithin: 4 },
  ),
  incident(
    'every decision of a small site fails with an internal error',
    (normal) => ({ ...decided(normal, 0), internalErrors: normal.decisions, canary: 'failed' }),
    {
      ...{ CanaryFails: 3, DecisionErrors: 15, NoDecisions: 20, FewerTokensThanUsual: 20 },
      ...{ UnusuallyFewDecisions: 40, UnusuallyFewTokens: 40 },
    },
    { pageWithin: 3, site: SMALL },
  ),
  incident(
    'the load balancer loses connections to tasks',
    () => ({ badGateways: 6 }),
    { ServerErrors: 4 },
    { pageWithin: 4 },
  ),
  incident(
    'tasks respond after the load balancer has timed out',
    () => ({ gatewayTimeouts: 6 }),
    { ServerErrors: 4 },
    { pageWithin: 4 },
  ),
  incident(
    'tasks are overloaded',
    slow(1800),
    { SlowResponses: 4, SlowDecisions: 20 },
    { pageWithin: 4 },
  ),
  incident(
    'one of two tasks has stopped',
    ({ tasks }) => ({ tasks: tasks.slice(1), healthyTasks: 1 }),
    { TooFewTasks: 11 },
    { pageWithin: 11 },
  ),
  incident(
    'all tasks have stopped',
    (normal) => ({
      ...decided(normal, 0),
      ...{ tasks: [], healthyTasks: undefined, canary: 'failed' },
    }),
    { CanaryFails: 3, NoHealthyTasks: 6, NoMetrics: 30 },
    { pageWithin: 3 },
  ),
  incident(
    'all tasks fail their health check',
    (normal) => ({
      ...decided(normal, 0),
      ...{ healthyTasks: 0, unhealthyTasks: 2, canary: 'failed' },
    }),
    { ...NO_DECISIONS, CanaryFails: 3, NoHealthyTasks: 6, TooFewTasks: 11, UnhealthyTasks: 13 },
    { pageWithin: 3 },
  ),
  incident(
    'the load balancer fails by itself',
    () => ({ loadBalancerErrors: 6 }),
    { ServerErrors: 4 },
    { pageWithin: 4 },
  ),
  incident(
    'a small site refuses everybody',
    ({ decisions }) => ({ refused: decisions }),
    { EveryoneRefused: 10, FewerTokensThanUsual: 10, UnusuallyFewTokens: 40, UnusualRefusals: 20 },
    { pageWithin: 10, site: SMALL, begins: 9 * 60 },
  ),
  incident(
    'a site with one login a minute refuses everybody',
    ({ decisions }) => ({ refused: decisions }),
    { EveryoneRefused: 20, FewerTokensThanUsual: 20, UnusualRefusals: 40 },
    { pageWithin: 20, site: QUIET },
  ),
  incident(
    'the identity server sends invalid requests for some applications',
    (normal) => ({ ...decided(normal, 0.98), invalid: part(0.02, normal.decisions) }),
    { InvalidRequests: 15 },
    { pageWithin: 15 },
  ),
  incident(
    'a new policy refuses half of the users',
    ({ decisions }) => ({ refused: part(0.5, decisions) }),
    {
      ...{ TooManyRefusals: 15, UnusualRefusals: 20 },
      ...{ UnusuallyFewTokens: 20, FewerTokensThanUsual: 10 },
    },
    { pageWithin: 20 },
  ),
  incident(
    'no call of the identity server arrives',
    (normal) => decided(normal, 0),
    { ...NO_DECISIONS, NoTraffic: 240 },
    { pageWithin: 20, minutes: 270 },
  ),
  incident(
    'the credential of the action is wrong',
    (normal) => ({ ...decided(normal, 0), unauthenticated: normal.decisions }),
    { AuthenticationFailures: 15, ...NO_DECISIONS },
    { pageWithin: 20 },
  ),
  incident(
    'the issuer of access tokens has been down for a day, and its keys have expired',
    (normal) => ({
      ...decided(normal, 0),
      ...{ unverifiable: normal.decisions, issuerKeyFailures: 24, issuerKeysMissing: true },
    }),
    { IssuerKeyFailures: 45, IssuerKeysMissing: 15, ...NO_DECISIONS },
    { pageWithin: 20 },
  ),
  incident(
    'the same at a small site',
    (normal) => ({
      ...decided(normal, 0),
      ...{ unverifiable: normal.decisions, issuerKeyFailures: 24, issuerKeysMissing: true },
    }),
    {
      IssuerKeyFailures: 45,
      IssuerKeysMissing: 15,
      NoDecisions: 20,
      FewerTokensThanUsual: 20,
      UnusuallyFewDecisions: 40,
      UnusuallyFewTokens: 40,
    },
    { pageWithin: 20, site: SMALL },
  ),
  incident(
    'a new AWS managed rule blocks every call',
    (normal) => ({
      ...decided(normal, 0),
      blocked: { AWSManagedRulesCommonRuleSet: normal.decisions },
      canary: 'failed',
    }),
    { CanaryFails: 3, FirewallBlocksCalls: 15, ...NO_DECISIONS },
    { pageWithin: 3 },
  ),
  incident(
    'the credential of one identity server node is wrong, and the firewall admits only the identity server',
    (normal) => ({ ...decided(normal, 0.75), unauthenticated: part(0.25, normal.decisions) }),
    { AuthenticationFailures: 15, ...FEWER },
    { pageWithin: 15, ...ALLOW_LIST },
  ),
  incident(
    'the identity server calls from addresses that are not allowed',
    (normal) => ({ ...decided(normal, 0), blocked: { OnlyAllowedAddresses: normal.decisions } }),
    { FirewallRefusesCalls: 15, ...NO_DECISIONS },
    { pageWithin: 20, ...ALLOW_LIST },
  ),
];

/** Nothing inside the stack shows these: no request arrives. */
const ENDPOINT_UNREACHABLE: readonly Incident[] = [
  incident(
    'the certificate of the domain has expired',
    (normal) => ({ ...decided(normal, 0), canary: 'failed' }),
    { CanaryFails: 3, ...NO_DECISIONS },
    { pageWithin: 3, ...ALLOW_LIST },
  ),
  incident(
    'the DNS record of a small site is deleted',
    (normal) => ({ ...decided(normal, 0), canary: 'failed' }),
    {
      ...{ CanaryFails: 3, NoDecisions: 20, FewerTokensThanUsual: 20 },
      ...{ UnusuallyFewDecisions: 40, UnusuallyFewTokens: 40 },
    },
    { pageWithin: 3, site: SMALL },
  ),
  incident(
    'CloudFront cannot reach the origin',
    (normal) => ({ ...decided(normal, 0), canary: 'failed', cloudFrontErrorRate: 100 }),
    { CanaryFails: 3, CloudFrontErrors: 20, ...NO_DECISIONS },
    { pageWithin: 3 },
  ),
  incident(
    'CloudFront cannot reach one of two tasks in time, and two of three test requests fail',
    (normal, elapsed) => ({
      ...decided(normal, 0.5),
      ...{ canary: elapsed % 3 === 0 ? 'ok' : 'failed', cloudFrontErrorRate: 50 },
    }),
    { CloudFrontErrors: 20, ...FEWER },
  ),
  incident(
    'the DNS record of a new domain is missing',
    () => ({ canary: 'pending' }),
    { CanaryPending: 75 },
    { minutes: 120, ...ALLOW_LIST },
  ),
];

/** Something needs attention, but logins continue. */
const NEEDS_WORK: readonly Incident[] = [
  incident('lookups take most of the deadline', slow(1100), { SlowDecisions: 20 }),
  incident('an additional task fails its health check', () => ({ unhealthyTasks: 1 }), {
    UnhealthyTasks: 13,
  }),
  incident(
    'AbuseIPDB is down',
    ({ decisions }) => ({
      unavailableReputations: part(0.6, decisions),
      circuitOpenCause: 'timeout',
    }),
    { UnknownReputations: 20 },
  ),
  incident('the quota is nearly exhausted', () => ({ quotaRemainingPercent: 6 }), {
    QuotaNearlyExhausted: 30,
  }),
  incident(
    'the quota is exhausted',
    ({ decisions }) => ({
      ...{ quotaRemainingPercent: undefined, circuitOpenCause: 'quota' },
      unavailableReputations: part(0.4, decisions),
    }),
    { QuotaExhausted: 15, UnknownReputations: 20 },
  ),
  incident(
    'AbuseIPDB rejects the key, and the circuit is half-open every few minutes',
    ({ decisions }, elapsed) => ({
      quotaRemainingPercent: undefined,
      circuitOpenCause: elapsed % 5 === 4 ? undefined : 'auth',
      unavailableReputations: part(0.4, decisions),
    }),
    { AbuseIpdbKeyRejected: 15, UnknownReputations: 20 },
  ),
  incident(
    'four times as many refusals as usual',
    ({ decisions }) => ({ refused: part(0.08, decisions) }),
    { UnusualRefusals: 20, FewerTokensThanUsual: 60 },
  ),
  incident(
    'one application does not allow a shorter lifetime',
    (_, elapsed) => ({ unenforceable: elapsed % 10 === 0 ? 1 : 0 }),
    { UnenforceableRestrictions: 15 },
  ),
  incident(
    'a claim of some users is not a number',
    (_, elapsed) => ({ failedConditions: elapsed % 10 === 0 ? 1 : 0 }),
    { FailedConditions: 15 },
  ),
  incident(
    'a deployment is stuck halfway',
    ({ tasks: [first, second] }) => ({
      tasks: [first, second]
        .flatMap((task) => task ?? [])
        .map((task, index) => ({
          ...task,
          policyRevision: 4711 + index,
        })),
    }),
    { PoliciesDisagree: 35 },
  ),
  incident(
    'a tiny site refuses everybody',
    ({ decisions }) => ({ refused: decisions }),
    { TooManyRefusalsInHours: 240, UnusualRefusals: 240, NoDecisions: 240 },
    { site: TINY, minutes: 240 },
  ),
  incident(
    'a tiny site receives no more calls',
    (normal) => decided(normal, 0),
    { NoDecisions: 20, NoTraffic: 240 },
    { site: TINY, minutes: 270 },
  ),
  incident(
    'a new AWS managed rule blocks some calls',
    (normal) => ({
      ...decided(normal, 0.99),
      blocked: { AWSManagedRulesCommonRuleSet: 2 },
    }),
    { FirewallBlocksCalls: 15 },
  ),
  incident(
    'the credential of one identity server node is wrong',
    (normal) => ({ ...decided(normal, 0.75), unauthenticated: part(0.25, normal.decisions) }),
    { AuthenticationFailures: 15, ...FEWER },
  ),
  incident('DynamoDB throttles the table', () => ({ throttles: 5, cacheFailures: 12 }), {
    TableThrottled: 15,
    CacheFailures: 20,
  }),
  incident('the table is unreachable', () => ({ cacheFailures: 4, cacheCircuitOpen: true }), {
    CacheCircuitOpen: 15,
  }),
  incident(
    'access to a secret is denied',
    (_, elapsed) => ({ secretRefreshFailures: elapsed % 5 === 0 ? 2 : 0 }),
    { SecretRefreshFailures: 45 },
  ),
  incident(
    'a rotation is unfinished: the identity server still sends the previous credential',
    ({ decisions }) => ({ previousCredentialUsed: decisions }),
    { PreviousCredentialUsed: 15 },
  ),
  incident(
    'the same, and a single call in an hour has the previous credential',
    (_, elapsed) => ({ previousCredentialUsed: elapsed === 20 ? 1 : 0 }),
    { PreviousCredentialUsed: 35 },
    { site: SMALL },
  ),
  incident(
    'the issuer of access tokens is down, and its last keys are still valid',
    () => ({ issuerKeyFailures: 4 }),
    { IssuerKeyFailures: 45 },
  ),
  incident(
    'a rotation to OAuth2 with a wrong issuer, while the identity server still sends the API key',
    ({ decisions }) => ({
      ...{ issuerKeyFailures: 24, issuerKeysMissing: true },
      previousCredentialUsed: decisions,
    }),
    { IssuerKeyFailures: 45, IssuerKeysMissing: 15, PreviousCredentialUsed: 15 },
  ),
  incident(
    'the country database is a month old',
    () => ({ geoDatabaseAge: 30.5 }),
    {
      GeoDatabaseOld: 60,
    },
    { minutes: 90 },
  ),
  incident('a log line is dropped', (_, elapsed) => ({ droppedLogLines: elapsed === 5 ? 1 : 0 }), {
    LogLinesDropped: 15,
  }),
  incident('CloudWatch rejects the value of a metric', () => ({ malformedMetrics: 4 }), {
    MetricsMalformed: 15,
  }),
  incident('the canary no longer runs', () => ({ canary: 'silent' }), { CanarySilent: 30 }),
  incident('metrics no longer arrive', () => ({ reporting: false }), { NoMetrics: 30 }),
];

/** Caused by one client of the identity server, with a valid credential and any content. */
const CLIENTS: readonly Incident[] = [
  incident(
    'a client requests tokens from a restricted country, five times as often as all others together',
    ({ decisions, refused }) => ({ decisions: 6 * decisions, refused: refused + 5 * decisions }),
    { TooManyRefusals: 15, UnusualRefusals: 20 },
  ),
  incident(
    'the same at a small site',
    ({ decisions, refused }) => ({ decisions: decisions + 50, refused: refused + 50 }),
    { TooManyRefusals: 15, UnusualRefusals: 20 },
    { site: SMALL },
  ),
  incident(
    'the same at a small site at night, when nobody else logs in',
    ({ decisions, refused }) => ({ decisions: decisions + 50, refused: refused + 50 }),
    { EveryoneRefused: 20, TooManyRefusals: 15, UnusualRefusals: 20, NoDecisions: 300 },
    { site: SMALL, begins: 22 * 60 },
  ),
  incident(
    'a client of a small site is refused once a minute, all day',
    ({ decisions, refused }) => ({ decisions: decisions + 1, refused: refused + 1 }),
    { TooManyRefusalsInHours: 120, UnusualRefusals: 20 },
    { site: SMALL, minutes: 180 },
  ),
  incident(
    'a client of a site with one login a minute is refused as often, all day',
    ({ decisions, refused }) => ({ decisions: decisions + 1, refused: refused + 1 }),
    { TooManyRefusalsInHours: 120, UnusualRefusals: 20 },
    { site: QUIET, minutes: 180 },
  ),
  incident('a client repeatedly requests 20,001 scopes', () => ({ oversized: 30 }), {
    OversizedRequests: 15,
  }),
  incident(
    'a client sends content that looks like an attack, and the firewall admits only the identity server',
    () => ({ blocked: { AWSManagedRulesKnownBadInputsRuleSet: 30 } }),
    { FirewallBlocksCalls: 15 },
    ALLOW_LIST,
  ),
  incident(
    'a client makes a condition fail',
    () => ({ failedConditions: 300, unenforceable: 300 }),
    { FailedConditions: 15, UnenforceableRestrictions: 15 },
  ),
  incident(
    'a client exhausts the quota with invented addresses',
    ({ decisions }) => ({
      ...{ decisions: 2 * decisions, unavailableReputations: decisions },
      ...{ quotaRemainingPercent: undefined, circuitOpenCause: 'quota' },
    }),
    { QuotaExhausted: 15, UnknownReputations: 20 },
  ),
];

/** Caused by outsiders, with and without an allow list. */
const OUTSIDERS: readonly Incident[] = [
  incident(
    'outsiders scan the domain of the service',
    () => ({ blocked: { OnlyTheAction: 20_000 } }),
    {},
  ),
  incident(
    'outsiders flood the action at night, some with an invented credential and malicious content',
    () => ({
      unauthenticated: 200,
      blocked: { UnauthenticatedRate: 5000, AWSManagedRulesCommonRuleSet: 300 },
      // The firewall refuses with 503.
      cloudFrontErrorRate: 90,
    }),
    {
      ...{ AuthenticationFailures: 15, FirewallRefusesCalls: 15, FirewallBlocksCalls: 15 },
      CloudFrontErrors: 20,
    },
    { site: SMALL },
  ),
  incident(
    'outsiders flood the action of a service that admits only the identity server',
    () => ({ blocked: { OnlyAllowedAddresses: 5000 } }),
    { FirewallRefusesCalls: 15 },
    ALLOW_LIST,
  ),
  incident(
    'outsiders send invented access tokens while the issuer of the real ones is down',
    () => ({ unverifiable: 2000, issuerKeyFailures: 5 }),
    { IssuerKeyFailures: 45 },
  ),
  incident('a holiday', (normal) => decided(normal, 0.1), FEWER, { minutes: 480 }),
];

export const INCIDENTS: readonly Incident[] = [
  ...LOGINS_AT_RISK,
  ...ENDPOINT_UNREACHABLE,
  ...NEEDS_WORK,
  ...CLIENTS,
  ...OUTSIDERS,
];
