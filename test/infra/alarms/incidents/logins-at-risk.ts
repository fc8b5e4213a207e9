import { QUIET, SMALL } from '../../../support/operations/minute.ts';
import {
  ALLOW_LIST,
  decided,
  FEWER,
  type Incident,
  incident,
  NO_DECISIONS,
  part,
  slow,
} from './incident.ts';

/** Logins fail or are about to. */
export const LOGINS_AT_RISK: readonly Incident[] = [
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
