import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Simulator, startSimulator } from '../../../../app/dev/simulator/simulator.ts';
import { deadlineAfter } from '../../../../app/src/lib/deadline.ts';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import type { CircuitChange } from '../../../../app/src/signals/reputation/circuit-breaker.ts';
import type {
  CacheFailure,
  CheckReport,
  ReputationHooks,
} from '../../../../app/src/signals/reputation/hooks.ts';
import { ReputationLookup } from '../../../../app/src/signals/reputation/lookup.ts';
import type { ReputationOptions } from '../../../../app/src/signals/reputation/options.ts';
import type { LookupPurpose } from '../../../../app/src/signals/reputation/pending-lookup.ts';
import { type DynamoDb, localDynamoDb, startDynamoDb } from '../../../support/dynamodb.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const NOON = Date.UTC(2026, 10, 23, 12);

/** A clock that only changes when a test sets it. */
export interface Clock {
  time: number;
}

/** What the hooks of a reputation lookup received, in order. */
export interface Events {
  readonly circuitChanges: CircuitChange<string>[];
  readonly cacheCircuitChanges: CircuitChange<string>[];
  readonly cacheFailures: CacheFailure[];
  readonly checks: CheckReport[];
  readonly errors: unknown[];
}

export interface Task {
  readonly reputation: ReputationLookup;
  readonly events: Events;
}

/** A simulated AbuseIPDB, a local DynamoDB, a clock, and any number of service tasks. */
export interface Harness {
  readonly simulator: Simulator;
  readonly dynamoDb: DynamoDb;
  readonly clock: Clock;
  /** Switches to a new, empty table. */
  newTable(): Promise<void>;
  tableName(): string;
  /** Creates a task with its own memory. */
  task(options?: Partial<ReputationOptions>): Task;
  /** Creates a client of another DynamoDB, which is closed with the harness. */
  client(endpoint: string, timeout?: number): ReturnType<typeof createDynamoDbClient>;
  close(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const clock: Clock = { time: NOON };
  const now = () => clock.time;
  const simulator = await startSimulator({ now, quota: 100_000 });
  const dynamoDb = await startDynamoDb();
  const clients: { destroy(): void }[] = [];
  const lookups: ReputationLookup[] = [];
  const client = (endpoint: string, timeout = 1000) => {
    const connectTimeout = 30 * SECOND;
    const made = createDynamoDbClient({ ...localDynamoDb(endpoint), timeout, connectTimeout });
    clients.push(made);
    return made;
  };
  const shared = client(dynamoDb.access.endpoint);
  let name = await dynamoDb.createTable();
  return {
    simulator,
    dynamoDb,
    clock,
    client,
    tableName: () => name,
    newTable: async () => {
      name = await dynamoDb.createTable();
    },
    task: (options = {}) => {
      const events: Events = {
        circuitChanges: [],
        cacheCircuitChanges: [],
        cacheFailures: [],
        checks: [],
        errors: [],
      };
      const reputation = new ReputationLookup({
        now,
        baseUrl: simulator.url,
        key: () => 'good-key',
        cache: { client: shared, tableName: name },
        // Longer than in production: a busy machine must not look like a slow table or a slow AbuseIPDB.
        abuseIpdbTimeout: 30 * SECOND,
        cacheReadTimeout: 30 * SECOND,
        cacheWriteTimeout: 30 * SECOND,
        warmUpTimeout: 30 * SECOND,
        // The cache allocates all of them at once, in each of the many tasks.
        memoryEntries: 1000,
        hooks: hooksInto(events),
        ...options,
      });
      lookups.push(reputation);
      return { reputation, events };
    },
    close: async () => {
      await Promise.all(lookups.map((each) => each.settle()));
      for (const made of clients) made.destroy();
      await Promise.all([simulator.close(), dynamoDb.close()]);
    },
  };
}

function hooksInto(events: Events): ReputationHooks {
  return {
    onCircuitChange: (change: CircuitChange<string>) => void events.circuitChanges.push(change),
    onCacheCircuitChange: (change: CircuitChange<string>) =>
      void events.cacheCircuitChanges.push(change),
    onCacheFailure: (failure: CacheFailure) => void events.cacheFailures.push(failure),
    onCheck: (report: CheckReport) => void events.checks.push(report),
    onError: (error: unknown) => void events.errors.push(error),
  };
}

/** Parses an address. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is not a valid address`);
  return parsed;
}

let last = 0;

/** Returns a public address that no other test uses. */
export function newAddress(): Address {
  last += 1;
  return address(`5.${last >> 16}.${(last >> 8) & 255}.${last & 255}`);
}

/** A deadline that no test reaches. */
export const NO_DEADLINE = { remaining: () => 60 * SECOND };

/** Looks an address up, and returns the signal as one flat object. */
export async function lookup(
  reputation: ReputationLookup,
  ip: Address,
  milliseconds?: number,
  purpose?: LookupPurpose,
) {
  const deadline = milliseconds === undefined ? NO_DEADLINE : deadlineAfter(milliseconds);
  const signal = await reputation.lookup(ip, deadline, purpose);
  if (!signal.known) return signal;
  const { value, ...other } = signal;
  const { record, ...rest } = value;
  return { ...other, score: record.score, ...rest };
}

export interface LocalServer {
  readonly url: string;
  readonly requests: number;
  close(): Promise<void>;
}

/** Starts an HTTP server on a free port. */
export async function startServer(listener: RequestListener): Promise<LocalServer> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An AbuseIPDB that holds its responses back until the test releases them. */
export interface HeldAbuseIpdb extends LocalServer {
  /** Sends the responses held back, and every later one at once. */
  release(): void;
}

/** Starts an AbuseIPDB that returns the same score for every address, once it is released. */
export async function holdAbuseIpdb(score: number): Promise<HeldAbuseIpdb> {
  const waiting: (() => void)[] = [];
  let released = false;
  const server = await startServer((request, response) => {
    const ipAddress = new URL(`http://x${request.url}`).searchParams.get('ipAddress');
    const respond = () => {
      response.end(JSON.stringify({ data: { ipAddress, abuseConfidenceScore: score } }));
    };
    if (released) respond();
    else waiting.push(respond);
  });
  return Object.assign(server, {
    release() {
      released = true;
      for (const respond of waiting.splice(0)) respond();
    },
  });
}

/** Returns the URL of a port without a listener. */
export async function refusingUrl(): Promise<string> {
  const server = await startServer(() => {});
  await server.close();
  return server.url;
}
