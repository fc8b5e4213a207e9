import type { Activity, ActivityWindow } from './activity.ts';

/** What one client has requested. */
export interface ClientSummary {
  readonly tenant: string;
  readonly clientId: string;
  readonly grants: readonly string[];
  /** Estimated if the records are sampled. */
  readonly requests: number;
  /** Requests without a usable client address. */
  readonly withoutAddress: number;
  /** In days since 1970-01-01. */
  readonly lastDay: number;
}

/** What all clients have requested. */
export interface TrafficSummary {
  /** Those with the most requests first. */
  readonly clients: readonly ClientSummary[];
  readonly requests: number;
  readonly withoutAddress: number;
  /** Values of the header `x-wso2-api-version`; `none` for calls without it. */
  readonly apiVersions: readonly string[];
  /** The newest minor version whose fields were seen; `undefined` if no record has one. */
  readonly newestContract: string | undefined;
  /** The share of the requests of the last day with any that a policy in monitor mode decided, from 0 to 1. */
  readonly monitoredShare: number;
}

/** Adds up the activity of all days. */
export function summarizeTraffic({ rows }: ActivityWindow): TrafficSummary {
  const byClient = new Map<string, Activity[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.tenant, row.clientId]);
    const ofClient = byClient.get(key);
    if (ofClient === undefined) byClient.set(key, [row]);
    else ofClient.push(row);
  }
  const clients = [...byClient.values()].map(summarizeClient);
  const lastDay = Math.max(...clients.map((client) => client.lastDay));
  const ofLastDay = rows.filter(({ day }) => day === lastDay);
  const monitored = ofLastDay.filter(({ policyMode }) => policyMode === 'monitor');
  // Older releases record no version.
  const versioned = rows.filter(({ contract }) => contract !== undefined);
  return {
    clients: clients.sort((one, other) => other.requests - one.requests),
    requests: sum(rows, 'requests'),
    withoutAddress: sum(rows, 'withoutAddress'),
    apiVersions: [...new Set(versioned.map(({ apiVersion }) => apiVersion ?? 'none'))].sort(),
    newestContract: versioned
      .flatMap(({ contract }) => contract ?? [])
      .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
      .at(-1),
    monitoredShare:
      monitored.length === 0 ? 0 : sum(monitored, 'requests') / sum(ofLastDay, 'requests'),
  };
}

function summarizeClient(rows: readonly Activity[]): ClientSummary {
  const [{ tenant, clientId } = { tenant: '', clientId: '' }] = rows;
  return {
    tenant,
    clientId,
    grants: [...new Set(rows.map(({ grant }) => grant))].sort(),
    requests: sum(rows, 'requests'),
    withoutAddress: sum(rows, 'withoutAddress'),
    lastDay: Math.max(...rows.map(({ day }) => day)),
  };
}

function sum(rows: readonly Activity[], field: 'requests' | 'withoutAddress'): number {
  return rows.reduce((total, row) => total + row[field], 0);
}
