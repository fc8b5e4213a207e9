import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { canonicalAddress } from './address.ts';
import type { CheckData } from './check-data.ts';
import type { ReceivedCheck } from './check-request.ts';
import { type Fault, FaultRegistry } from './fault.ts';
import { DailyQuota } from './quota.ts';
import { createRequestListener } from './routes.ts';

export type { CheckData, Report } from './check-data.ts';
export type { ReceivedCheck } from './check-request.ts';
export type { Fault } from './fault.ts';

export interface SimulatorOptions {
  /** Port to listen on; 0, the default, takes a free one. */
  port?: number;
  /** Interface to listen on; 127.0.0.1 by default. */
  host?: string;
  /** The API key that is accepted; any that is not empty when absent. */
  key?: string;
  /** Checks a day; 1000 by default, as in the free plan. */
  quota?: number;
  /** Milliseconds before each answer; 0 by default. */
  latency?: number;
  /** The clock, in milliseconds since the epoch. */
  now?: () => number;
}

/** AbuseIPDB in this process, as its documentation describes it. */
export interface Simulator {
  /** The API root, the value of `ABUSEIPDB_BASE_URL`: http://127.0.0.1:1234/api/v2 */
  readonly url: string;
  /** Every CHECK that arrived, in order. */
  readonly checks: readonly ReceivedCheck[];
  /**
   * Lays down what CHECK says of an address, in place of what was laid down before; a field that is
   * `undefined` is left out of the answer. Throws a RangeError for what is no address.
   */
  setRecord(address: string, record: Partial<CheckData>): void;
  /**
   * Switches a fault on for one address, which goes first, or for all. `undefined` ends the fault of that
   * address or, without an address, every fault.
   */
  setFault(fault: Fault | undefined, address?: string): void;
  /** Sets the checks that are left of today. */
  setQuota(remaining: number): void;
  /** Ends the simulator and every open connection. */
  close(): Promise<void>;
}

/** Idle connections are kept as long as a client may want: at the real edge they live for minutes. */
const KEEP_ALIVE_MS = 120_000;

/** Starts a simulated AbuseIPDB. Fails with one sentence when it cannot listen. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', key, quota: limit = 1000, latency = 0 } = options;
  const now = options.now ?? Date.now;
  const quota = new DailyQuota(limit, now);
  const faults = new FaultRegistry();
  const records = new Map<string, Partial<CheckData>>();
  const checks: ReceivedCheck[] = [];
  const connections = new Map<Socket, number>();
  const setRecord = (address: string, record: Partial<CheckData>) => {
    records.set(canonicalAddress(address), { ...record });
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  server.on(
    'request',
    createRequestListener({
      key,
      quota,
      faults,
      records,
      checks,
      connections,
      setRecord,
      latency,
      now,
    }),
  );
  let opened = 0;
  server.on('connection', (socket) => {
    opened += 1;
    connections.set(socket, opened);
    socket.once('close', () => connections.delete(socket));
    // Accepted by the kernel before the simulator closed: it would keep `close` waiting.
    if (!server.listening) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });

  let closed: Promise<void> | undefined;
  const end = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of connections.keys()) socket.destroy();
    });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server.address())}/api/v2`,
    checks,
    setRecord,
    setFault: (fault, address) => faults.set(fault, address),
    setQuota: (remaining) => quota.setRemaining(remaining),
    close: () => {
      closed ??= end();
      return closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason = error.code === 'EADDRINUSE' ? 'that port is taken' : error.message;
  return new Error(
    `The simulated AbuseIPDB cannot listen on ${host} port ${port}: ${reason}; choose another port.`,
    { cause: error },
  );
}
