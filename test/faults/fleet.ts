import { startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Fault, type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { payloadFrom } from '../support/payloads.ts';
import type { RunningProcess } from '../support/process.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, LARGEST_BUDGETS, TABLE } from '../support/running-service.ts';
import { type ServiceProcess, startBuilt, startServiceProcess } from './service.ts';

/** Several processes of the service that share a table and a simulated AbuseIPDB. */
export interface Fleet {
  readonly simulator: Simulator;
  /** Starts a process and waits until it is ready. */
  start(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  /** Starts a process without waiting for it. */
  spawn(settings?: Readonly<Record<string, string>>): RunningProcess;
  /** Returns a request body with one of 50 addresses, all of which a process soon knows. */
  knownRequest(): string;
  /** Returns a request body with a new address, whose lookup takes `LOOKUP_MS`. */
  coldRequest(): string;
  /** Returns a request body with a new address, whose lookup never completes. */
  hangingRequest(): string;
  stop(): Promise<void>;
}

const LOOKUP_MS = 1_000;

export async function startFleet(): Promise<Fleet> {
  const [simulator, dynamoDb] = await Promise.all([
    startSimulator({ quota: 1_000_000 }),
    startLocalDynamoDb(),
  ]);
  await dynamoDb.createTable(TABLE);
  const environment = {
    ACTION_CREDENTIAL: CREDENTIAL,
    ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
    ABUSEIPDB_BASE_URL: simulator.url,
    REPUTATION_TABLE: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.clientConfig.endpoint,
    LOG_LEVEL: 'info',
    ...LARGEST_BUDGETS,
    // The default, as in an ECS task.
    DRAIN_DELAY_MS: '',
  };
  const running: RunningProcess[] = [];
  let requests = 0;
  let newAddresses = 0;
  const requestWith = (fault: Fault) => {
    newAddresses += 1;
    const address = `9.9.${newAddresses >> 8}.${newAddresses & 255}`;
    simulator.setFault(fault, address);
    return payloadFrom(address);
  };
  return {
    simulator,
    async start(settings = {}) {
      const service = await startServiceProcess({ ...environment, ...settings });
      running.push(service.process);
      return service;
    },
    spawn(settings = {}) {
      const service = startBuilt({ ...environment, ...settings });
      running.push(service);
      return service;
    },
    knownRequest() {
      requests += 1;
      return payloadFrom(`9.8.0.${requests % 50}`);
    },
    coldRequest: () => requestWith({ kind: 'slow', ms: LOOKUP_MS }),
    hangingRequest: () => requestWith({ kind: 'hang' }),
    async stop() {
      await Promise.all(running.map((service) => service.end()));
      await Promise.all([simulator.close(), dynamoDb.close()]);
    },
  };
}
