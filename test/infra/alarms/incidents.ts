import { LARGE, type Minute, type Site, SMALL, TINY } from '../../support/operations/minute.ts';
import type { Situation } from '../../support/operations/world.ts';
import type { Configuration } from '../../support/stack.ts';

export interface Incident extends Situation {
  readonly name: string;
  readonly configuration: Configuration;
  /** The alarms that it sets off, and no other; with the minutes within which they do. */
  readonly fires: Readonly<Record<string, number>>;
  /** The minutes within which it wakes somebody; absent when it must not. */
  readonly pages?: number;
}

type Differs = Situation['differs'];
type Fires = Incident['fires'];

/** Its pages and tickets, by what is wrong. Without more said: at eleven, for an hour, at a large site. */
function incident(
  name: string,
  differs: Differs,
  fires: Fires,
  more: Partial<Pick<Incident, 'pages' | 'configuration'>> & {
    readonly site?: Site;
    readonly minutes?: number;
  } = {},
): Incident {
  const { site = LARGE, minutes = 60, configuration = 'cloudfront, egress nat', pages } = more;
  const begins = 11 * 60;
  return {
    ...{ name, site, configuration, differs, fires },
    ...{ begins, ends: begins + minutes },
    ...(pages !== undefined && { pages }),
  };
}

const part = (share: number, count: number) => Math.round(count * share);
const slow =
  (milliseconds: number): Differs =>
  ({ decisionTime }) => ({ decisionTime: { ...decisionTime, slow: milliseconds } });
/** The identity server's calls end before the decision: only this share goes on. */
const decided = ({ decisions, refused }: Minute, share: number) => ({
  decisions: part(share, decisions),
  refused: part(share, refused),
});
/** With the firewall open to the identity server's addresses alone. */
const ALLOW_LIST = { configuration: 'allowed addresses, certificate' } as const;
/** Evidence: it tells nobody until there are no decisions at all. */
const FEWER = { UnusuallyFewDecisions: 20, UnusuallyFewTokens: 20 };
const NONE = { ...FEWER, NoDecisions: 20 };

/** Logins fail, or are about to. */
const LOGINS_IN_DANGER: readonly Incident[] = [
  incident(
    'one decision in twenty is a fault',
    ({ decisions }) => ({ decisions: part(0.95, decisions), faults: part(0.05, decisions) }),
    { ServerErrors: 4, DecisionErrors: 15 },
    { pages: 4 },
  ),
  incident(
    'every decision of a small site is a fault',
    (normal) => ({ ...decided(normal, 0), faults: normal.decisions }),
    { DecisionErrors: 15, NoDecisions: 20, UnusuallyFewDecisions: 40, UnusuallyFewTokens: 40 },
    { pages: 15, site: SMALL },
  ),
  incident(
    'the load balancer loses connections to tasks',
    () => ({ badGateways: 6 }),
    { ServerErrors: 4 },
    { pages: 4 },
  ),
  incident(
    'tasks answer after the load balancer has given up',
    () => ({ gatewayTimeouts: 6 }),
    { ServerErrors: 4 },
    { pages: 4 },
  ),
  incident(
    'tasks have too much to do',
    slow(1800),
    { SlowResponses: 4, SlowDecisions: 20 },
    { pages: 4 },
  ),
  incident(
    'one of two tasks is gone',
    ({ tasks }) => ({ tasks: tasks.slice(1), healthyTasks: 1 }),
    { TooFewTasks: 4 },
    { pages: 4 },
  ),
  incident(
    'all tasks are gone',
    (normal) => ({ ...decided(normal, 0), tasks: [], healthyTasks: undefined }),
    { TooFewTasks: 8, NoMetrics: 30 },
    { pages: 8 },
  ),
  incident(
    'the identity server sends something else for some applications',
    (normal) => ({ ...decided(normal, 0.98), invalid: part(0.02, normal.decisions) }),
    { InvalidRequests: 15 },
    { pages: 15 },
  ),
  incident(
    'a new policy refuses half of the users',
    ({ decisions }) => ({ refused: part(0.5, decisions) }),
    { TooManyRefusals: 15, UnusualRefusals: 20, UnusuallyFewTokens: 20 },
    { pages: 20 },
  ),
  incident(
    'the identity server does not get through',
    (normal) => decided(normal, 0),
    { ...NONE, NoTraffic: 240 },
    { pages: 20, minutes: 270 },
  ),
  incident(
    'the credential of the action is wrong',
    (normal) => ({ ...decided(normal, 0), unauthenticated: normal.decisions }),
    { AuthenticationFailures: 15, ...NONE },
    { pages: 20 },
  ),
  incident(
    'the issuer of access tokens has been down for a day, and its keys are no longer used',
    (normal) => ({
      ...decided(normal, 0),
      ...{ unverifiable: normal.decisions, issuerKeyFailures: 24, issuerKeysMissing: true },
    }),
    { IssuerKeyFailures: 45, IssuerKeysMissing: 15, ...NONE },
    { pages: 20 },
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
      UnusuallyFewDecisions: 40,
      UnusuallyFewTokens: 40,
    },
    { pages: 20, site: SMALL },
  ),
  incident(
    "a new rule of AWS's blocks every call",
    (normal) => ({
      ...decided(normal, 0),
      blocked: { AWSManagedRulesCommonRuleSet: normal.decisions },
    }),
    { FirewallBlocksCalls: 15, ...NONE },
    { pages: 20 },
  ),
  incident(
    'the credential of one node of the identity server is wrong, and the firewall is open to it alone',
    (normal) => ({ ...decided(normal, 0.75), unauthenticated: part(0.25, normal.decisions) }),
    { AuthenticationFailures: 15, ...FEWER },
    { pages: 15, ...ALLOW_LIST },
  ),
  incident(
    'the identity server calls from addresses that are not allowed',
    (normal) => ({ ...decided(normal, 0), blocked: { OnlyAllowedAddresses: normal.decisions } }),
    { FirewallRefusesCalls: 15, ...NONE },
    { pages: 20, ...ALLOW_LIST },
  ),
];

/** Something needs work, and logins go on. */
const WORK: readonly Incident[] = [
  incident('lookups take most of the deadline', slow(1100), { SlowDecisions: 20 }),
  incident('a third task fails its health check', () => ({ unhealthyTasks: 1 }), {
    UnhealthyTasks: 13,
  }),
  incident(
    'AbuseIPDB is down',
    ({ decisions }) => ({ unavailable: part(0.6, decisions), closedFor: 'timeout' }),
    { UnknownReputations: 20 },
  ),
  incident('the quota is nearly spent', () => ({ quotaLeftPercent: 6 }), {
    QuotaNearlyExhausted: 30,
  }),
  incident(
    'the quota is spent',
    ({ decisions }) => ({
      ...{ quotaLeftPercent: undefined, closedFor: 'quota' },
      unavailable: part(0.4, decisions),
    }),
    { QuotaExhausted: 15, UnknownReputations: 20 },
  ),
  incident(
    'AbuseIPDB refuses the key, and is asked again every few minutes',
    ({ decisions }, elapsed) => ({
      quotaLeftPercent: undefined,
      closedFor: elapsed % 5 === 4 ? undefined : 'auth',
      unavailable: part(0.4, decisions),
    }),
    { KeyRejected: 15, UnknownReputations: 20 },
  ),
  incident(
    'four times as many refusals as usual',
    ({ decisions }) => ({ refused: part(0.08, decisions) }),
    { UnusualRefusals: 20 },
  ),
  incident(
    'one application allows no change of its lifetime',
    (_, elapsed) => ({ unenforceable: elapsed % 10 === 0 ? 1 : 0 }),
    { UnenforceableRestrictions: 15 },
  ),
  incident(
    'a claim of some users is no number',
    (_, elapsed) => ({ failedConditions: elapsed % 10 === 0 ? 1 : 0 }),
    { FailedConditions: 15 },
  ),
  incident(
    'a deployment is stuck half way',
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
    'a tiny site is no longer asked',
    (normal) => decided(normal, 0),
    { NoDecisions: 20, NoTraffic: 240 },
    { site: TINY, minutes: 270 },
  ),
  incident(
    "a new rule of AWS's blocks some calls",
    (normal) => ({
      ...decided(normal, 0.99),
      blocked: { AWSManagedRulesCommonRuleSet: 2 },
    }),
    { FirewallBlocksCalls: 15 },
  ),
  incident(
    'the credential of one node of the identity server is wrong',
    (normal) => ({ ...decided(normal, 0.75), unauthenticated: part(0.25, normal.decisions) }),
    { AuthenticationFailures: 15, ...FEWER },
  ),
  incident('DynamoDB throttles the table', () => ({ throttles: 5, tableFailures: 12 }), {
    TableThrottled: 15,
    CacheFailures: 20,
  }),
  incident('the table cannot be reached', () => ({ tableFailures: 4, tablePassedOver: true }), {
    CacheCircuitOpen: 15,
  }),
  incident(
    'a secret may no longer be read',
    (_, elapsed) => ({ secretRefreshFailures: elapsed % 5 === 0 ? 2 : 0 }),
    { SecretRefreshFailures: 45 },
  ),
  incident(
    'a rotation is forgotten: the identity server still shows the previous credential',
    ({ decisions }) => ({ previousCredentialUsed: decisions }),
    { PreviousCredentialUsed: 15 },
  ),
  incident(
    'the same, and a single call in an hour shows it',
    (_, elapsed) => ({ previousCredentialUsed: elapsed === 20 ? 1 : 0 }),
    { PreviousCredentialUsed: 35 },
    { site: SMALL },
  ),
  incident(
    'the issuer of access tokens is down, and its last keys are used',
    () => ({ issuerKeyFailures: 4 }),
    { IssuerKeyFailures: 45 },
  ),
  incident(
    'a rotation to OAuth2 with a wrong issuer, while the identity server still shows the API key',
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
  incident('a line of the log is lost', (_, elapsed) => ({ lostLogLines: elapsed === 5 ? 1 : 0 }), {
    LogLinesDropped: 15,
  }),
  incident('a metric has a value that CloudWatch refuses', () => ({ malformedMetrics: 4 }), {
    MetricsMalformed: 15,
  }),
  incident('metrics no longer arrive', () => ({ reporting: false }), { NoMetrics: 30 }),
];

/** What one client of the identity server can do, with its own credential and everything that it may send. */
const CLIENTS: readonly Incident[] = [
  incident(
    'a client asks for tokens from a restricted country, five times as often as all others together',
    ({ decisions, refused }) => ({ decisions: 6 * decisions, refused: refused + 5 * decisions }),
    { TooManyRefusals: 15, UnusualRefusals: 20 },
  ),
  incident(
    'the same by night',
    ({ decisions, refused }) => ({ decisions: decisions + 50, refused: refused + 50 }),
    { TooManyRefusals: 15, UnusualRefusals: 20 },
    { site: SMALL },
  ),
  incident('a client asks for 20,001 scopes again and again', () => ({ oversized: 30 }), {
    OversizedRequests: 15,
  }),
  incident(
    'a client sends texts that the firewall takes for an attack, and the firewall is open to the identity server alone',
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
    'a client spends the quota with invented addresses',
    ({ decisions }) => ({
      ...{ decisions: 2 * decisions, unavailable: decisions },
      ...{ quotaLeftPercent: undefined, closedFor: 'quota' },
    }),
    { QuotaExhausted: 15, UnknownReputations: 20 },
  ),
];

/** What outsiders can do to a service that anybody can reach, and to one that only its users can. */
const OUTSIDERS: readonly Incident[] = [
  incident(
    'outsiders scan the name of the service',
    () => ({ blocked: { OnlyTheAction: 20_000 } }),
    {},
  ),
  incident(
    'outsiders flood the action by night, some with an invented credential and bad contents',
    () => ({
      unauthenticated: 200,
      blocked: { UnauthenticatedRate: 5000, AWSManagedRulesCommonRuleSet: 300 },
    }),
    { AuthenticationFailures: 15, FirewallRefusesCalls: 15, FirewallBlocksCalls: 15 },
    { site: SMALL },
  ),
  incident(
    'outsiders flood the action of a service that is open to the identity server alone',
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
  ...LOGINS_IN_DANGER,
  ...WORK,
  ...CLIENTS,
  ...OUTSIDERS,
];
