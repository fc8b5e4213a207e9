/** Placeholder for the client's address in a load's path or body. Each of them is replaced. */
export const ADDRESS = '@address@';

/** Requests that a load generator sends as fast as they are answered, one at a time per connection. */
export interface Load {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** Contains ADDRESS, unless the body does. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent in this order, repeatedly. */
  readonly addresses: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Whether to end after the last address, before `seconds` have passed. */
  readonly untilExhausted?: boolean;
  /** Whether sending an address twice makes the measurement invalid. */
  readonly distinct?: boolean;
}

/** The result of a load generator. Times are in milliseconds, unless named otherwise. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** Counts of requests without a response, or with a status other than 2xx or 3xx, by kind. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface Generator {
  readonly name: string;
  run(load: Load): Promise<LoadResult>;
}

/** @throws Error when requests failed or addresses ran out, so that the figures are not valid. */
export function checkResult(load: Load, measured: LoadResult): LoadResult {
  const { requests, failures } = measured;
  const failed = Object.entries(failures).filter(([, count]) => count > 0);
  if (failed.length > 0) {
    const kinds = failed.map(([kind, count]) => `${count} ${kind}`).join(', ');
    throw new Error(`Some of ${requests} requests failed: ${kinds}.`);
  }
  if (requests === 0) throw new Error('No request was answered.');
  if (load.distinct && requests > load.addresses.length) {
    throw new Error(`${load.addresses.length} addresses are too few for ${requests} requests.`);
  }
  return measured;
}
