import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningProcess, startNode } from '../support/process.ts';
import { SECRET } from '../support/running-service.ts';

/** Milliseconds: the default, as it is deployed. */
export const DEADLINE = 1200;

const SURROUNDINGS = fileURLToPath(new URL('surroundings.mjs', import.meta.url));
const POLICY_FILE = fileURLToPath(new URL('policy.yaml', import.meta.url));

/** What came of one request. */
export interface Asked {
  readonly status: number;
  /** From sending the request to having the whole answer. */
  readonly milliseconds: number;
  /** `issue`, `refuse`, or the lifetime in seconds to which the token is cut. */
  readonly outcome: 'issue' | 'refuse' | number;
  /** The signals as they stand in the decision record. */
  readonly reputation: Readonly<Record<string, unknown>>;
  readonly geo?: Readonly<Record<string, unknown>>;
}

/** What the process has used so far: bytes of memory at its peak, and milliseconds of CPU. */
export interface Usage {
  readonly peak: number;
  readonly cpu: number;
}

/** The built service as a process of its own. */
export interface ServiceProcess {
  readonly process: RunningProcess;
  readonly port: number;
  /** Asks for a decision on an address, and finds its record. */
  ask(address: string, secret?: string): Promise<Asked>;
  /** The status alone: what is refused has no record. */
  statusWith(secret: string): Promise<number>;
  usage(): Promise<Usage>;
  /** The service's clock. */
  now(): number;
  /** Sets the service's clock forward, or back; milliseconds. */
  forward(milliseconds: number): Promise<void>;
  /** Says whether the name of AbuseIPDB can be resolved. */
  resolveName(resolves: boolean): Promise<void>;
}

/** Starts the built service without waiting for it. */
export function startBuilt(environment: Readonly<Record<string, string>>): RunningProcess {
  const folder = process.env.BUILT_SERVICE;
  if (folder === undefined) throw new Error('Nothing is built: run these by npm run test:faults.');
  const defaults = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    PORT: '0',
    POLICY_FILE,
    LOG_LEVEL: 'debug',
    DECISION_DEADLINE_MS: String(DEADLINE),
    // A slow test machine must not turn an item into a miss; with a check's 900 ms it is in time.
    DYNAMODB_TIMEOUT_MS: '200',
    DRAIN_DELAY_MS: '0',
  };
  const args = ['--import', SURROUNDINGS, join(folder, 'dist/main.mjs')];
  return startNode(args, { ...defaults, ...environment }, { ipc: true });
}

/** Starts the built service, and gives it back when it is ready. */
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
    });
  const change = async (message: object): Promise<Usage> => {
    const done = once(service.child, 'message');
    service.child.send(message);
    const [usage] = await done;
    return usage;
  };
  let ahead = 0;
  return {
    process: service,
    port: Number(port),
    now: () => Date.now() + ahead,
    async forward(milliseconds) {
      ahead += milliseconds;
      await change({ ahead });
    },
    async resolveName(resolves) {
      await change({ resolves });
    },
    usage: () => change({}),
    async statusWith(secret) {
      const response = await post(payloadFrom('192.168.0.1'), secret);
      await response.arrayBuffer();
      return response.status;
    },
    async ask(address, secret = SECRET) {
      const requestId = randomUUID();
      const body = JSON.stringify({ ...JSON.parse(payloadFrom(address)), requestId });
      const start = performance.now();
      const response = await post(body, secret);
      const answer = await response.text();
      const milliseconds = performance.now() - start;
      const [line] = await service.waitForOutput(
        new RegExp(`^.*"request_id":"${requestId}".*\n`, 'm'),
      );
      const { reputation, geo } = JSON.parse(line).signals;
      const outcome = outcomeOf(answer);
      return { status: response.status, milliseconds, outcome, reputation, geo };
    },
  };
}

/** What the body of a decision says. */
export function outcomeOf(body: string): Asked['outcome'] {
  const { actionStatus, operations = [] } = JSON.parse(body);
  if (actionStatus === 'FAILED') return 'refuse';
  if (actionStatus !== 'SUCCESS') throw new Error(`This is no decision: ${body}`);
  const [operation] = operations;
  return operation === undefined ? 'issue' : operation.value;
}
