import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Simulator, startSimulator } from '../../../../app/dev/simulator/simulator.ts';
import { deadlineAfter } from '../../../../app/src/lib/deadline.ts';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import type { BreakerChange } from '../../../../app/src/signals/reputation/circuit-breaker.ts';
import type { CacheFailure, CheckReport } from '../../../../app/src/signals/reputation/hooks.ts';
import {
  createReputationLookup,
  type ReputationLadder,
} from '../../../../app/src/signals/reputation/lookup.ts';
import type { ReputationOptions } from '../../../../app/src/signals/reputation/options.ts';
import { type DynamoDb, localDynamoDb, startDynamoDb } from '../../../support/dynamodb.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const NOON = Date.UTC(2026, 10, 23, 12);

/** A clock that stands until it is set. */
export interface Clock {
  time: number;
}

/** What a ladder told its hooks, in order. */
export interface Events {
  readonly states: BreakerChange<string>[];
  readonly tableStates: BreakerChange<string>[];
  readonly tableFailures: CacheFailure[];
  readonly checks: CheckReport[];
  readonly errors: unknown[];
}

export interface Task {
  readonly ladder: ReputationLadder;
  readonly events: Events;
}

/** AbuseIPDB, DynamoDB and a clock, and as many tasks of the service as a test wants. */
export interface Bench {
  readonly simulator: Simulator;
  readonly dynamoDb: DynamoDb;
  readonly clock: Clock;
  /** An empty table with nobody's records. */
  newTable(): Promise<void>;
  table(): string;
  /** One task, with a memory of its own. */
  task(options?: Partial<ReputationOptions>): Task;
  /** A client of another DynamoDB, closed with the bench. */
  client(endpoint: string, timeout?: number): ReturnType<typeof createDynamoDbClient>;
  close(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const clock: Clock = { time: NOON };
  const now = () => clock.time;
  const simulator = await startSimulator({ now, quota: 100_000 });
  const dynamoDb = await startDynamoDb();
  const clients: { destroy(): void }[] = [];
  const ladders: ReputationLadder[] = [];
  const client = (endpoint: string, timeout = 1000) => {
    const made = createDynamoDbClient({ ...localDynamoDb(endpoint), timeout });
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
    table: () => name,
    newTable: async () => {
      name = await dynamoDb.createTable();
    },
    task: (options = {}) => {
      const events: Events = {
        states: [],
        tableStates: [],
        tableFailures: [],
        checks: [],
        errors: [],
      };
      const ladder = createReputationLookup({
        now,
        baseUrl: simulator.url,
        key: () => 'good-key',
        table: { client: shared, name },
        // Looser than in production: a busy machine must not look like a slow table.
        cacheReadTimeout: 30 * SECOND,
        hooks: hooksInto(events),
        ...options,
      });
      ladders.push(ladder);
      return { ladder, events };
    },
    close: async () => {
      await Promise.all(ladders.map((ladder) => ladder.settle()));
      for (const made of clients) made.destroy();
      await Promise.all([simulator.close(), dynamoDb.close()]);
    },
  };
}

function hooksInto(events: Events) {
  return {
    onCircuitState: (change: BreakerChange<string>) => void events.states.push(change),
    onCacheState: (change: BreakerChange<string>) => void events.tableStates.push(change),
    onCacheFailure: (failure: CacheFailure) => void events.tableFailures.push(failure),
    onCheck: (report: CheckReport) => void events.checks.push(report),
    onError: (error: unknown) => void events.errors.push(error),
  };
}

/** An address that is one. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

let last = 0;

/** A public address that no test has used. */
export function newAddress(): Address {
  last += 1;
  return address(`5.${last >> 16}.${(last >> 8) & 255}.${last & 255}`);
}

/** A deadline that no test reaches. */
export const AMPLE = { remaining: () => 60 * SECOND };

/** Looks up, and gives what comes back as one flat object. */
export async function lookup(ladder: ReputationLadder, ip: Address, milliseconds?: number) {
  const deadline = milliseconds === undefined ? AMPLE : deadlineAfter(milliseconds);
  const signal = await ladder.lookup(ip, deadline);
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

/** An HTTP server on a free port. */
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

/** An AbuseIPDB whose responses wait until the test lets them go. */
export interface HeldAbuseIpdb extends LocalServer {
  /** Sends the responses that wait, and every later one at once. */
  release(): void;
}

/** Starts an AbuseIPDB that gives every address the same score, once it is released. */
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

/** The URL of a port on which nobody listens. */
export async function refusingUrl(): Promise<string> {
  const server = await startServer(() => {});
  await server.close();
  return server.url;
}
