import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import { call } from './call.ts';
import type { SmokeTarget } from './target.ts';

/** The identity server opens at most two connections to an endpoint on each node. */
const CONNECTIONS = 2;
/** Asgardeo gives up, and the login fails. */
const READ_TIMEOUT_MS = 3000;
/** Half of the time that the identity server waits at least. */
const SLOW_MS = READ_TIMEOUT_MS / 2;
/** Calls before the measurement: TLS, and caches of the service. */
const WARM_UP_CALLS = 3;

/**
 * Measures the latency over one connection that is kept open, as the identity server does.
 *
 * @param onCall receives the number of measured calls.
 */
export async function checkLatency(
  target: SmokeTarget,
  request: object,
  calls: number,
  onCall: (done: number) => void = () => {},
): Promise<Finding> {
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = target.endpoint.startsWith('https:')
    ? new HttpsAgent(options)
    : new HttpAgent(options);
  try {
    const times: number[] = [];
    for (let index = -WARM_UP_CALLS; index < calls; index++) {
      const result = await call(target, request, { agent });
      if ('failure' in result || result.response.status !== 200) {
        const why = 'failure' in result ? result.detail : `status ${result.response.status}`;
        return error(
          `Call ${index + WARM_UP_CALLS + 1} of ${calls + WARM_UP_CALLS} failed (${why}): look at the alarms and the log of the service.`,
        );
      }
      if (index >= 0) times.push(result.ms);
      onCall(index + 1);
    }
    return describeLatency(times);
  } finally {
    agent.destroy();
  }
}

/** Describes latencies in milliseconds. */
export function describeLatency(times: readonly number[]): Finding {
  const sorted = times.toSorted((one, other) => one - other);
  const [p50, p99] = [percentile(sorted, 50), percentile(sorted, 99)];
  const perSecond = Math.round((CONNECTIONS * 1000) / p50);
  const text = `From here, p50 is ${formatMs(p50)} and p99 ${formatMs(p99)} over ${times.length} ${times.length === 1 ? 'call' : 'calls'}: with its ${CONNECTIONS} connections, a node of the identity server as far away gets about ${perSecond} decisions a second`;
  if (p99 >= READ_TIMEOUT_MS) {
    return error(
      `${text}, and it gives up after ${READ_TIMEOUT_MS / 1000} s: look at the latencies on the dashboard.`,
    );
  }
  return p99 >= SLOW_MS
    ? warning(`${text}, and logins wait: look at the latencies on the dashboard.`)
    : ok(`${text}.`);
}

/** Returns the smallest value that is not exceeded by the given share of the values. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
