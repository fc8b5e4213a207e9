import { LARGE, type Minute, SMALL, type Task } from '../../support/operations/minute.ts';
import type { Situation } from '../../support/operations/situation.ts';

const NOON = 12 * 60;
const EVENING = 20 * 60;

export interface Calm extends Situation {
  readonly name: string;
  /** Alarms with the severity `evidence` that fire, but notify nobody. */
  readonly evidence?: readonly string[];
}

/** Situations in which no alarm may notify anybody. */
export const CALM: readonly Calm[] = [
  {
    name: 'a normal day and night of a large site',
    site: LARGE,
    ...{ begins: 0, ends: 24 * 60 },
    changes: () => ({}),
  },
  {
    name: 'a normal day of a small site, with hours without a login at night',
    site: SMALL,
    ...{ begins: 0, ends: 24 * 60 },
    changes: () => ({}),
    evidence: ['NoDecisions'],
  },
  {
    name: 'a night with delayed metrics and missing data points',
    site: SMALL,
    ...{ begins: EVENING, ends: EVENING + 600 },
    evidence: ['NoDecisions'],
    changes: ({ tasks }, elapsed) => ({
      tasks: tasks.map((task) => ({ ...task, flushes: elapsed % 7 === 0 ? 0 : 2 })),
    }),
  },
  {
    name: 'a deployment of another policy at noon',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 12 },
    evidence: ['FewerTokensThanUsual'],
    changes: deployment,
  },
  {
    name: 'a deployment at night',
    site: SMALL,
    ...{ begins: EVENING + 300, ends: EVENING + 312 },
    evidence: ['NoDecisions'],
    changes: deployment,
  },
  {
    name: 'one task stops and is replaced',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 2 },
    changes: (normal) => ({
      tasks: normal.tasks.slice(1),
      healthyTasks: 1,
      unhealthyTasks: 1,
      badGateways: 4,
    }),
  },
  {
    name: 'AbuseIPDB does not respond for three minutes',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 3 },
    changes: ({ decisions, latency }) => ({
      unavailableReputations: Math.round(decisions * 0.4),
      circuitOpenCause: 'timeout',
      latency: { ...latency, slow: 905, slowShare: 0.1 },
    }),
  },
  {
    name: 'DynamoDB throttles for two minutes',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 2 },
    changes: () => ({ throttles: 12, cacheFailures: 12 }),
  },
  {
    name: 'Secrets Manager fails once for each task',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 1 },
    changes: () => ({ secretRefreshFailures: 2 }),
  },
  {
    name: 'partial failures of everything for two minutes',
    site: LARGE,
    ...{ begins: NOON + 1, ends: NOON + 3 },
    evidence: ['FewerTokensThanUsual'],
    changes: ({ decisions, latency }) => ({
      ...{ internalErrors: 20, invalid: 20, unauthenticated: 400, secretRefreshFailures: 4 },
      ...{
        refused: Math.round(decisions * 0.9),
        unavailableReputations: Math.round(decisions * 0.9),
      },
      ...{ overBudget: decisions, paced: decisions },
      ...{ circuitOpenCause: 'quota', cacheCircuitOpen: true, cacheFailures: 60, throttles: 60 },
      blocked: { AWSManagedRulesCommonRuleSet: 50, UnauthenticatedRate: 50 },
      latency: { ...latency, slow: 1500, slowShare: 0.1 },
    }),
  },
  {
    name: 'the last hours before the reset, when an even pace has used nearly all of the quota',
    site: LARGE,
    ...{ begins: EVENING, ends: EVENING + 4 * 60 },
    changes: (_, elapsed) => ({ quotaRemainingPercent: 10 - elapsed / 25, pacePercent: 95 }),
  },
  {
    name: 'two of three test requests fail, but never three in a row',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 120 },
    changes: (_, elapsed) => ({ canary: elapsed % 3 === 2 ? 'ok' : 'failed' }),
  },
  {
    name: 'one run of the refresher is missing, and no publisher responds to the next two',
    site: SMALL,
    ...{ begins: NOON, ends: NOON + 180 },
    changes: ({ refresherEnds }, elapsed) => ({
      refresherEnds: elapsed >= 60 && refresherEnds,
      feedErrors: { unreachable: 5, quota: 1 },
      feedLoadFailures: elapsed < 5 ? 2 : 0,
    }),
  },
  {
    name: 'most metrics just below their thresholds for hours',
    site: LARGE,
    ...{ begins: NOON - 60, ends: NOON + 180 },
    changes: ({ decisions }, elapsed) => ({
      internalErrors: Math.round(decisions * 0.006),
      invalid: Math.round(decisions * 0.006),
      unauthenticated: Math.round(decisions * 0.07),
      unavailableReputations: Math.round(decisions * 0.15),
      withoutAddress: Math.round(decisions * 0.04),
      secretRefreshFailures: elapsed % 15 < 2 ? 1 : 0,
      ...{ cacheFailures: 5, throttles: 1, pacePercent: 22, geoDatabaseAge: 29.5 },
      ...{ paced: Math.round(decisions * 0.08), overBudget: 3 },
      feedAges: { 'geolite2-country': 215, 'abuseipdb-blacklist': 29.5 },
      blocked: { AWSManagedRulesCommonRuleSet: elapsed % 2, UnauthenticatedRate: 3 },
    }),
  },
];

const OLD: Task = { policyRevision: 4711, flushes: 2 };
const NEW: Task = { policyRevision: 815, flushes: 2 };

/** New tasks start with a cold cache, then the old ones drain and stop; at least two are always healthy. */
function deployment({ decisions, latency }: Minute, elapsed: number): Partial<Minute> {
  const coldCache: Partial<Minute> = {
    unavailableReputations: Math.round(decisions * 0.05),
    latency: { ...latency, slow: 850, slowShare: 0.15 },
  };
  if (elapsed < 3) return { tasks: [OLD, OLD], unhealthyTasks: 2 };
  if (elapsed < 6)
    return { ...coldCache, tasks: [OLD, OLD, NEW, { ...NEW, flushes: 1 }], healthyTasks: 4 };
  // The last metrics of the old tasks are lost.
  if (elapsed === 6) return { ...coldCache, tasks: [], badGateways: 2 };
  return { ...coldCache, tasks: [NEW, NEW], geoDatabaseAge: 1 };
}
