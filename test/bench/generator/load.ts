/** Stands in a load's path and body where the client's address belongs. */
export const ADDRESS = '@address@';

/** Requests that a load generator sends as fast as they are answered, one at a time on each connection. */
export interface Load {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** With ADDRESS in it, or in the body. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent in this order, and from the first on again. */
  readonly addresses: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Whether to end once every address was sent. Otherwise it is a fault if `distinct` and they run out. */
  readonly untilUsedUp?: boolean;
  /** Whether no address may be sent twice. */
  readonly distinct?: boolean;
}

/** What a load generator saw. Times in milliseconds. */
export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** How many requests got no answer, or one with a status that is none of a decision, by kind. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface Generator {
  readonly name: string;
  run(load: Load): Promise<Measured>;
}

/** @throws Error when the load was not what it should have been, so that its figure means something else. */
export function checkMeasured(load: Load, measured: Measured): Measured {
  const { requests, failures } = measured;
  const failed = Object.entries(failures).filter(([, count]) => count > 0);
  if (failed.length > 0) {
    const kinds = failed.map(([kind, count]) => `${count} ${kind}`).join(', ');
    throw new Error(`Of ${requests} requests some failed: ${kinds}.`);
  }
  if (requests === 0) throw new Error('No request was answered.');
  if (load.distinct && requests > load.addresses.length) {
    throw new Error(`${load.addresses.length} addresses are too few: ${requests} were asked for.`);
  }
  return measured;
}
