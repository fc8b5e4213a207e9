import { RequestError } from '../../app/src/action/request.ts';
import { createActionHandler } from '../../app/src/http/handle-action.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { readAddress } from '../../app/src/signals/address/read.ts';
import { unknown } from '../../app/src/signals/signal.ts';
import { decisionRecord } from '../../app/src/telemetry/decision-record.ts';
import { createLog, recordWriter } from '../../app/src/telemetry/log.ts';
import { recordDecisionMetrics } from '../../app/src/telemetry/metrics/decision-metrics.ts';
import { Metrics } from '../../app/src/telemetry/metrics/metrics.ts';
import { MONDAY_MORNING } from '../support/circumstances.ts';
import { HEAVY_BODIES } from './heavy-bodies.ts';
import { FAILING_POLICIES, HEAVY_POLICIES } from './heavy-policies.ts';

/*
 * Weighs every heavy body with every policy, and writes what is too heavy as JSON: [policy, body, cost][].
 * A process of its own, for Jest's sandbox makes each use of a global slow.
 */

/** What a request may cost, in milliseconds of CPU. */
const LIMIT = 50;

/** What each yardstick costs on a quiet machine of 2023, in milliseconds of CPU; that of throwing, 7 of the 13, is an estimate. */
const USUAL = { parsing: 6, failing: 13 };

const ADDRESS = { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 };

/** From the bytes of a body to those of its answer and its record. */
function serviceWith(policy: Policy): (body: Buffer) => Promise<unknown> {
  const record = recordWriter(createLog('info', { write: () => undefined }));
  const metrics = new Metrics();
  const act = createActionHandler({
    policy,
    sources: {
      address: (request) => readAddress(request.headers, ADDRESS),
      geo: () => unknown('database'),
      reputation: () => unknown('timeout'),
    },
    deadline: 10_000,
    now: () => MONDAY_MORNING,
    onDecision: (facts) => {
      recordDecisionMetrics(metrics, facts);
      record(decisionRecord(facts));
    },
  });
  return async (body) => {
    try {
      return Buffer.from(await act(body.toString('utf8'), { decisionId: 'id' }));
    } catch (error) {
      if (error instanceof RequestError) return error;
      throw error;
    }
  };
}

async function costOf(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const YARDSTICK = JSON.stringify(
  Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`member-${at.toString(36)}`, at])),
);

const YARDSTICKS = {
  parsing: () => JSON.parse(YARDSTICK),
  /** For conditions that fail on each element of a list: a busy machine slows down throwing far more than parsing. */
  failing() {
    YARDSTICKS.parsing();
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    for (let at = 0; at < 20_000; at++) {
      try {
        throw new Error(`element ${at}`);
      } catch {
        // It is the throwing that is measured.
      }
    }
    Error.stackTraceLimit = stackTraceLimit;
  },
};

/** Runs, until one is quick enough. */
const MOST_RUNS = 60;

/**
 * What it costs on a quiet machine: the least of several runs, each beside the yardstick of its kind. Others
 * use the machine's cores and caches by turns, which only ever adds to a cost.
 */
async function quietCostOf(run: () => unknown, kind: keyof typeof YARDSTICKS): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let yardstick = Number.POSITIVE_INFINITY;
  let cost = Number.POSITIVE_INFINITY;
  for (let runs = 0; runs < 5 || (cost > LIMIT && runs < MOST_RUNS); runs++) {
    yardstick = Math.min(yardstick, await costOf(YARDSTICKS[kind]));
    least = Math.min(least, await costOf(run));
    cost = least / Math.max(1, yardstick / USUAL[kind]);
  }
  return cost;
}

/**
 * Most cost a tenth of the limit. One run that is quick enough says all; only where it is not, several
 * are needed to tell a costly body from a busy machine.
 */
async function weigh(name: string, policy: Policy, body: string): Promise<number> {
  const answer = serviceWith(policy);
  const bytes = Buffer.from(body);
  const first = await costOf(() => answer(bytes));
  if (first <= LIMIT) return first;
  if (first > 20 * LIMIT) return first;
  const kind = FAILING_POLICIES.has(name) ? 'failing' : 'parsing';
  return quietCostOf(() => answer(bytes), kind);
}

const tooHeavy: [policy: string, body: string, cost: number][] = [];
for (const [name, policy] of HEAVY_POLICIES) {
  for (const { name: body, body: text } of HEAVY_BODIES) {
    const cost = await weigh(name, policy, text);
    if (cost > LIMIT) tooHeavy.push([name, body, Math.round(cost)]);
  }
}
process.stdout.write(JSON.stringify(tooHeavy));
