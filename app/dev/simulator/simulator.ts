import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { canonicalAddress } from './address.ts';
import { Blacklist } from './blacklist.ts';
import {
  type AbuseIpdbPlan,
  BlacklistEndpoint,
  type BlacklistFault,
} from './blacklist-response.ts';
import { CheckBlockEndpoint, type ReceivedBlockCheck } from './check-block.ts';
import type { CheckData } from './check-data.ts';
import type { ReceivedCheck } from './check-request.ts';
import { type Fault, FaultRegistry } from './fault.ts';
import { DailyQuota } from './quota.ts';
import { createRequestListener } from './routes.ts';

export type { AbuseIpdbPlan, BlacklistFault } from './blacklist-response.ts';
export type { ReceivedBlockCheck } from './check-block.ts';
export type { CheckData, Report } from './check-data.ts';
export type { ReceivedCheck } from './check-request.ts';
export type { Fault } from './fault.ts';

export interface SimulatorOptions {
  /** @default 0, a free port */
  port?: number;
  /** @default '127.0.0.1' */
  host?: string;
  /** The accepted API key. @default any that is not empty */
  key?: string;
  /** Checks per day. @default 1000, the free plan */
  quota?: number;
  /** CHECK-BLOCK requests per day. @default those of the plan, 100 of the free one */
  blockQuota?: number;
  /** The plan of the account, which decides about BLACKLIST and CHECK-BLOCK. @default 'standard', the free one */
  plan?: AbuseIpdbPlan;
  /**
   * Entries of BLACKLIST besides the guide's addresses. CHECK then gives the listed scores, and none above 24 for other
   * addresses. @default BLACKLIST has 1000 entries of which CHECK knows nothing
   */
  listed?: number;
  /** Milliseconds before each response. @default 0 */
  latency?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** A simulated AbuseIPDB in this process, which behaves as documented. */
export interface Simulator {
  /** The value for `ABUSEIPDB_BASE_URL`, such as `http://127.0.0.1:1234/api/v2`. */
  readonly url: string;
  /** The CHECK requests received, in order. */
  readonly checks: readonly ReceivedCheck[];
  /** The CHECK-BLOCK requests received, in order. */
  readonly blockChecks: readonly ReceivedBlockCheck[];
  /**
   * Sets fields of CHECK's data on an address, in place of those that were set before. A field that is
   * `undefined` is omitted from the response.
   *
   * @throws RangeError if the address is not valid.
   */
  setRecord(address: string, record: Partial<CheckData>): void;
  /**
   * Sets the fault for one address, which takes precedence, or for all. `undefined` clears the fault of that
   * address or, without an address, all faults.
   */
  setFault(fault: Fault | undefined, address?: string): void;
  /** Sets the fault of CHECK-BLOCK, which takes precedence over the one for all; `undefined` clears it. */
  setCheckBlockFault(fault: Fault | undefined): void;
  /** Sets the fault of BLACKLIST; `undefined` clears it. */
  setBlacklistFault(fault: BlacklistFault | undefined): void;
  /** Changes the plan of the account, as when a subscription begins or ends. */
  setPlan(plan: AbuseIpdbPlan): void;
  /** Sets the remaining checks of today. */
  setQuota(remaining: number): void;
  /** Sets the remaining CHECK-BLOCK requests of today. */
  setBlockQuota(remaining: number): void;
  /** Stops the simulator and closes all connections. */
  close(): Promise<void>;
}

/** As long as the real edge keeps idle connections open: minutes. */
const KEEP_ALIVE_MS = 120_000;

/** Starts a simulated AbuseIPDB. @throws Error with the address and the reason if it cannot listen. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', key, quota: limit = 1000, latency = 0 } = options;
  const now = options.now ?? Date.now;
  const quota = new DailyQuota(limit, now);
  const faults = new FaultRegistry();
  const list = new Blacklist(options.listed ?? 1000);
  const blacklist = new BlacklistEndpoint(list, options.plan ?? 'standard', key, now);
  const records = new Map<string, Partial<CheckData>>();
  const listed = options.listed === undefined ? undefined : list;
  const checkBlock = new CheckBlockEndpoint(
    { key, quota, records, listed, now },
    options.plan ?? 'standard',
    options.blockQuota,
  );
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
      listed,
      blacklist,
      checkBlock,
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
    // The kernel accepted it just before the simulator closed. It would delay `close`.
    if (!server.listening) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });

  let closed: Promise<void> | undefined;
  const closeAll = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of connections.keys()) socket.destroy();
    });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server.address())}/api/v2`,
    checks,
    blockChecks: checkBlock.received,
    setRecord,
    setFault: (fault, address) => faults.set(fault, address),
    setBlacklistFault: (fault) => {
      blacklist.fault = fault;
    },
    setCheckBlockFault: (fault) => {
      checkBlock.fault = fault;
    },
    setPlan: (plan) => {
      blacklist.setPlan(plan);
      checkBlock.setPlan(plan);
    },
    setQuota: (remaining) => quota.setRemaining(remaining),
    setBlockQuota: (remaining) => checkBlock.setRemaining(remaining),
    close: () => {
      closed ??= closeAll();
      return closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
  return new Error(
    `The simulated AbuseIPDB cannot listen on ${host} port ${port}: ${reason}; choose another port.`,
    { cause: error },
  );
}
