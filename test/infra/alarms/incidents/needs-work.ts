import { SMALL, TINY } from '../../../support/operations/minute.ts';
import { decided, FEWER, type Incident, incident, part, slow } from './incident.ts';

/** Something needs attention, but logins continue. */
export const NEEDS_WORK: readonly Incident[] = [
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
  incident('little of the quota is left for many hours', () => ({ pacePercent: 12 }), {
    QuotaNearlyExhausted: 30,
  }),
  incident(
    'the quota does not suffice for the logins of the day',
    ({ decisions }) => ({
      ...{ paced: part(0.15, decisions), unavailableReputations: part(0.15, decisions) },
    }),
    { QuotaTooSmall: 75 },
    { minutes: 180 },
  ),
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
    'one application in ten does not pass through the edge',
    ({ decisions }) => ({ withoutAddress: part(0.1, decisions) }),
    { RequestsWithoutAddress: 120 },
    { minutes: 180 },
  ),
  incident(
    'the edge of a small site no longer sets the address header',
    ({ decisions }) => ({ withoutAddress: decisions }),
    { RequestsWithoutAddress: 180 },
    { site: SMALL, minutes: 240 },
  ),
  incident(
    'one node of the identity server calls with another version of the action',
    ({ decisions }) => ({ unknownApiVersions: part(0.1, decisions) }),
    { UnknownApiVersion: 15 },
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
