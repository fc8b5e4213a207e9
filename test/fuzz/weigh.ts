import { RequestError } from '../../app/src/action/request.ts';
import { createActionHandler } from '../../app/src/http/handle-action.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { readAddress } from '../../app/src/signals/address/read.ts';
import { unknown } from '../../app/src/signals/signal.ts';
import { decisionRecord } from '../../app/src/telemetry/decision-record.ts';
import { createLog, recordWriter } from '../../app/src/telemetry/log.ts';
import { recordDecisionMetrics } from '../../app/src/telemetry/metrics/decision-metrics.ts';
import { Metrics } from '../../app/src/telemetry/metrics/metrics.ts';
import { MONDAY_MORNING, NO_FEED_SOURCES } from '../support/circumstances.ts';
import { HEAVY_BODIES } from './heavy-bodies.ts';
import { FAILING_POLICIES, HEAVY_POLICIES } from './heavy-policies.ts';

/*
 * Measures the CPU time of every heavy body with every policy, and writes those above the limit as JSON:
 * [policy, body, milliseconds][]. A separate process, because Jest's sandbox slows down the use of globals.
 */

/** Maximum CPU time of a request. */
const MAX_CPU_MS = 50;

/** CPU time of each reference workload on an idle machine of 2023 (ms); throwing, 7 of the 13, is an estimate. */
const REFERENCE_MS = { parsing: 6, failing: 13 };

const ADDRESS = { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 };

/** Returns the service's work on a body, from its bytes to those of the response and the record. */
function serviceWith(policy: Policy): (body: Buffer) => Promise<unknown> {
  const record = recordWriter(createLog('info', { write: () => undefined }));
  const metrics = new Metrics();
  const act = createActionHandler({
    policy,
    sources: {
      ...NO_FEED_SOURCES,
      address: (request) => readAddress(request.headers, ADDRESS),
      geo: () => unknown('database'),
      reputation: () => unknown('timeout'),
    },
    deadlineMs: 10_000,
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

async function cpuTimeOf(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const REFERENCE_JSON = JSON.stringify(
  Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`field-${at.toString(36)}`, at])),
);

const REFERENCES = {
  parsing: () => JSON.parse(REFERENCE_JSON),
  /** For conditions that fail on each element: a busy machine slows down throwing far more than parsing. */
  failing() {
    REFERENCES.parsing();
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    for (let at = 0; at < 20_000; at++) {
      try {
        throw new Error(`element ${at}`);
      } catch {
        // Only throwing is measured.
      }
    }
    Error.stackTraceLimit = stackTraceLimit;
  },
};

/** Runs until one is fast enough. */
const MAX_RUNS = 60;

/**
 * Estimates the CPU time on an idle machine: the minimum of several runs, relative to that of a reference
 * workload, because other processes on the machine can only add to it.
 */
async function idleCpuTimeOf(run: () => unknown, kind: keyof typeof REFERENCES): Promise<number> {
  let min = Number.POSITIVE_INFINITY;
  let reference = Number.POSITIVE_INFINITY;
  let cost = Number.POSITIVE_INFINITY;
  for (let runs = 0; runs < 5 || (cost > MAX_CPU_MS && runs < MAX_RUNS); runs++) {
    reference = Math.min(reference, await cpuTimeOf(REFERENCES[kind]));
    min = Math.min(min, await cpuTimeOf(run));
    cost = min / Math.max(1, reference / REFERENCE_MS[kind]);
  }
  return cost;
}

/**
 * Measures one body. One run below the limit is enough; above it, several runs distinguish an expensive body from
 * a busy machine.
 */
async function measure(name: string, policy: Policy, body: string): Promise<number> {
  const answer = serviceWith(policy);
  const bytes = Buffer.from(body);
  const first = await cpuTimeOf(() => answer(bytes));
  if (first <= MAX_CPU_MS) return first;
  if (first > 20 * MAX_CPU_MS) return first;
  const kind = FAILING_POLICIES.has(name) ? 'failing' : 'parsing';
  return idleCpuTimeOf(() => answer(bytes), kind);
}

const tooHeavy: [policy: string, body: string, cost: number][] = [];
for (const [name, policy] of HEAVY_POLICIES) {
  for (const { name: body, body: text } of HEAVY_BODIES) {
    const cost = await measure(name, policy, text);
    if (cost > MAX_CPU_MS) tooHeavy.push([name, body, Math.round(cost)]);
  }
}
process.stdout.write(JSON.stringify(tooHeavy));
