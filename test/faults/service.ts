import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningProcess, startNode } from '../support/process.ts';
import { SECRET } from '../support/running-service.ts';

/** The longest deadline that a setting allows: a busy machine must not turn a response into a timeout. */
export const DEADLINE_MS = 2500;
/** DynamoDB and then AbuseIPDB can time out within the deadline. */
const DYNAMODB_TIMEOUT_MS = 400;
const ABUSEIPDB_TIMEOUT_MS = 1800;
/** Hang guard of a request. */
const REQUEST_TIMEOUT_MS = 60_000;

const SURROUNDINGS = fileURLToPath(new URL('surroundings.mjs', import.meta.url));
const POLICY_FILE = fileURLToPath(new URL('policy.yaml', import.meta.url));

/** The response to one request, and the signals in its decision record. */
export interface Decision {
  readonly status: number;
  /** `issue`, `refuse`, or the lifetime in seconds to which the token is shortened. */
  readonly outcome: 'issue' | 'refuse' | number;
  readonly reputation: Readonly<Record<string, unknown>>;
  readonly geo?: Readonly<Record<string, unknown>>;
}

/** Resources that the process has used since its start. */
export interface Usage {
  readonly peakBytes: number;
  readonly cpuMs: number;
}

/** Memory after a garbage collection. */
export interface MemoryInUse {
  readonly residentBytes: number;
  /** Outside of V8's heap, such as the snapshots of feeds. */
  readonly bufferBytes: number;
}

/** The built service as a process. */
export interface ServiceProcess {
  readonly process: RunningProcess;
  readonly port: number;
  /** Requests a decision on an address, by default with the request body 01, and finds its record. */
  requestDecision(address: string, secret?: string, bodyName?: string): Promise<Decision>;
  /** Returns the status of a request, which may be refused and then has no record. */
  statusWith(secret: string): Promise<number>;
  usage(): Promise<Usage>;
  memoryInUse(): Promise<MemoryInUse>;
  /** The service's clock, in milliseconds since the epoch. It stands still between `advanceClock` calls. */
  now(): number;
  /** Moves the service's clock forward, or back. */
  advanceClock(milliseconds: number): Promise<void>;
  /** Sets whether the DNS name of AbuseIPDB can be resolved. */
  setNameResolves(resolves: boolean): Promise<void>;
}

/** Starts the built service without waiting for it. */
export function startBuilt(environment: Readonly<Record<string, string>>): RunningProcess {
  const folder = process.env.BUILT_SERVICE;
  if (folder === undefined) {
    throw new Error('The service is not built: run these tests by npm run test:faults.');
  }
  const defaults = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    PORT: '0',
    POLICY_FILE,
    LOG_LEVEL: 'debug',
    DECISION_DEADLINE_MS: String(DEADLINE_MS),
    ABUSEIPDB_TIMEOUT_MS: String(ABUSEIPDB_TIMEOUT_MS),
    DYNAMODB_TIMEOUT_MS: String(DYNAMODB_TIMEOUT_MS),
    DRAIN_DELAY_MS: '0',
  };
  const args = ['--import', SURROUNDINGS, join(folder, 'dist/main.mjs')];
  return startNode(args, { ...defaults, ...environment }, { ipc: true });
}

/** Starts the built service and waits until it is ready. */
export async function startServiceProcess(
  environment: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const service = startBuilt(environment);
  const [, port] = await service.waitForOutput(/"event":"ready","port":(\d+)/);
  const post = (body: string, secret: string) =>
    fetch(`http://127.0.0.1:${port}/pre-issue-access-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': secret },
      body,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  const send = async (change: object): Promise<Usage & MemoryInUse & { readonly now: number }> => {
    const replied = once(service.child, 'message');
    service.child.send(change);
    const [reply] = await replied;
    return reply;
  };
  let ahead = 0;
  let { now } = await send({});
  return {
    process: service,
    port: Number(port),
    now: () => now,
    async advanceClock(milliseconds) {
      ahead += milliseconds;
      ({ now } = await send({ ahead }));
    },
    async setNameResolves(resolves) {
      await send({ resolves });
    },
    usage: () => send({}),
    memoryInUse: () => send({ collectGarbage: true }),
    async statusWith(secret) {
      const response = await post(payloadFrom('192.168.0.1'), secret);
      await response.arrayBuffer();
      return response.status;
    },
    async requestDecision(address, secret = SECRET, bodyName = '01') {
      const requestId = randomUUID();
      const body = JSON.stringify({ ...JSON.parse(payloadFrom(address, bodyName)), requestId });
      const response = await post(body, secret);
      const outcome = outcomeOf(await response.text());
      const record = new RegExp(`^.*"request_id":"${requestId}".*\n`, 'm');
      const [line] = await service.waitForOutput(record);
      const { reputation, geo } = JSON.parse(line).signals;
      return { status: response.status, outcome, reputation, geo };
    },
  };
}

/** Returns the outcome in a response body. @throws Error when the body contains no decision. */
export function outcomeOf(body: string): Decision['outcome'] {
  const { actionStatus, operations = [] } = JSON.parse(body);
  if (actionStatus === 'FAILED') return 'refuse';
  if (actionStatus !== 'SUCCESS') throw new Error(`Expected a decision, got: ${body}`);
  const [operation] = operations;
  return operation === undefined ? 'issue' : operation.value;
}
