import { LARGE, type Minute, SMALL, type Task } from '../../support/operations/minute.ts';
import type { Situation } from '../../support/operations/world.ts';

const NOON = 12 * 60;
const EVENING = 20 * 60;

export interface Calm extends Situation {
  readonly name: string;
  /** Alarms that stand and tell nobody, as they are evidence only together with another. */
  readonly evidence?: readonly string[];
}

/** Times at which no alarm may tell anybody anything. */
export const CALM: readonly Calm[] = [
  {
    name: 'a normal day and night of a large site',
    site: LARGE,
    ...{ begins: 0, ends: 24 * 60 },
    differs: () => ({}),
  },
  {
    name: 'a normal day of a small site, and its night with hours without a login',
    site: SMALL,
    ...{ begins: 0, ends: 24 * 60 },
    differs: () => ({}),
    evidence: ['NoDecisions'],
  },
  {
    name: 'a night in which metrics are late and come without data points',
    site: SMALL,
    ...{ begins: EVENING, ends: EVENING + 600 },
    evidence: ['NoDecisions'],
    differs: ({ tasks }, elapsed) => ({
      tasks: tasks.map((task) => ({ ...task, flushes: elapsed % 7 === 0 ? 0 : 2 })),
    }),
  },
  {
    name: 'a deployment at noon, with another policy',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 12 },
    differs: deployment,
  },
  {
    name: 'a deployment at night',
    site: SMALL,
    ...{ begins: EVENING + 300, ends: EVENING + 312 },
    evidence: ['NoDecisions'],
    differs: deployment,
  },
  {
    name: 'one task that ends and is replaced',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 2 },
    differs: (normal) => ({
      tasks: normal.tasks.slice(1),
      healthyTasks: 1,
      unhealthyTasks: 1,
      badGateways: 4,
    }),
  },
  {
    name: 'AbuseIPDB that does not answer for three minutes',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 3 },
    differs: ({ decisions, decisionTime }) => ({
      unavailable: Math.round(decisions * 0.4),
      closedFor: 'timeout',
      decisionTime: { ...decisionTime, slow: 905, slowShare: 0.1 },
    }),
  },
  {
    name: 'a moment in which DynamoDB throttles',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 2 },
    differs: () => ({ throttles: 12, tableFailures: 12 }),
  },
  {
    name: 'Secrets Manager that fails once for each task',
    site: LARGE,
    ...{ begins: NOON, ends: NOON + 1 },
    differs: () => ({ secretRefreshFailures: 2 }),
  },
  {
    name: 'two minutes in which everything fails a little, and then works again',
    site: LARGE,
    ...{ begins: NOON + 1, ends: NOON + 3 },
    differs: ({ decisions, decisionTime }) => ({
      ...{ faults: 20, invalid: 20, unauthenticated: 400, secretRefreshFailures: 4 },
      ...{ refused: Math.round(decisions * 0.9), unavailable: Math.round(decisions * 0.9) },
      ...{ closedFor: 'quota', tablePassedOver: true, tableFailures: 60, throttles: 60 },
      blocked: { AWSManagedRulesCommonRuleSet: 50, UnauthenticatedRate: 50 },
      decisionTime: { ...decisionTime, slow: 1500, slowShare: 0.1 },
    }),
  },
  {
    name: 'a day on which much is near its limit',
    site: LARGE,
    ...{ begins: NOON - 60, ends: NOON + 180 },
    differs: ({ decisions }, elapsed) => ({
      faults: Math.round(decisions * 0.006),
      invalid: Math.round(decisions * 0.006),
      unauthenticated: Math.round(decisions * 0.07),
      unavailable: Math.round(decisions * 0.15),
      secretRefreshFailures: elapsed % 15 < 2 ? 1 : 0,
      ...{ tableFailures: 5, throttles: 1, quotaLeftPercent: 12, geoDatabaseAge: 29.5 },
      blocked: { AWSManagedRulesCommonRuleSet: elapsed % 2, UnauthenticatedRate: 3 },
    }),
  },
];

const OLD: Task = { policyRevision: 4711, flushes: 2 };
const NEW: Task = { policyRevision: 815, flushes: 2 };

/** New tasks start, take over with nothing in memory, and old ones drain and end; at no time are there fewer than two. */
function deployment({ decisions, decisionTime }: Minute, elapsed: number): Partial<Minute> {
  const cold = {
    unavailable: Math.round(decisions * 0.05),
    decisionTime: { ...decisionTime, slow: 850, slowShare: 0.15 },
  };
  if (elapsed < 3) return { tasks: [OLD, OLD], unhealthyTasks: 2 };
  if (elapsed < 6)
    return { ...cold, tasks: [OLD, OLD, NEW, { ...NEW, flushes: 1 }], healthyTasks: 4 };
  // What the old ones counted last is lost with the line that says it.
  if (elapsed === 6) return { ...cold, tasks: [], badGateways: 2 };
  return { ...cold, tasks: [NEW, NEW], geoDatabaseAge: 1 };
}
