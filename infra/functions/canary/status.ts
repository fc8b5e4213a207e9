import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { formatDay } from '../../../app/tools/status/activity.ts';
import {
  describeContractChange,
  findContractChanges,
} from '../../../app/tools/status/contract-changes.ts';
import { readActivity } from '../../../app/tools/status/read-activity.ts';
import { findSilentClients, type SilentClient } from '../../../app/tools/status/silent-clients.ts';
import { type MetricDimensions, metricLine } from './metrics.ts';

export interface StatusOptions {
  /** The log group with the decision records. */
  readonly logGroup: string;
  /** Whether unremarkable decisions are sampled or left out. */
  readonly isSampled: boolean;
  readonly dimensions: MetricDimensions;
  readonly logs: CloudWatchLogsClient;
  /** Receives log lines, each with its line feed. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** @default 1000 */
  readonly pollMs?: number;
  /** @default four minutes, less than the timeout of the function */
  readonly timeoutMs?: number;
}

/** The run ends in time to report that it has failed. */
const TIMEOUT_MS = 4 * 60_000;

/** The metric counts all of them. */
const MAX_LISTED_CLIENTS = 20;

/**
 * Creates the daily status: which clients no longer call the service, and whether the contract has changed. Each run
 * writes one log line, from which CloudWatch makes its metrics. A run never rejects.
 */
export function createStatus(options: StatusOptions): () => Promise<void> {
  const { logGroup, dimensions, logs, write, now = Date.now, pollMs } = options;
  return async function runStatus() {
    const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    try {
      const window = await readActivity(logs, { logGroup, now: now(), pollMs, signal });
      const silent = findSilentClients(window, options.isSampled);
      const changes = findContractChanges(window);
      const fields = {
        ...{ event: 'status', outcome: 'ok', log_complete: window.isComplete },
        clients: new Set(window.rows.map(({ tenant, clientId }) => `${tenant}/${clientId}`)).size,
        silent: silent?.slice(0, MAX_LISTED_CLIENTS).map(clientFields),
        silent_more: Math.max(0, (silent?.length ?? 0) - MAX_LISTED_CLIENTS) || undefined,
        contract_changes: changes?.map(describeContractChange),
      };
      const metrics = {
        StatusFailures: 0,
        // No data point while the log does not reach back far enough.
        ...(silent && { ClientsSilent: silent.length }),
        ...(changes && { ContractChanged: Number(changes.length > 0) }),
      };
      write(metricLine(fields, metrics, dimensions, now()));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown error';
      const fields = { event: 'status', outcome: 'failed', why };
      write(metricLine(fields, { StatusFailures: 1 }, dimensions, now()));
    }
  };
}

function clientFields({ tenant, clientId, lastDay, missedDays, requestsPerDay }: SilentClient) {
  return {
    tenant,
    client_id: clientId,
    last_day: formatDay(lastDay),
    missed_days: missedDays,
    requests_per_day: Math.round(requestsPerDay),
  };
}
