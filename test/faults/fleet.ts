import { startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Fault, type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { payloadFrom } from '../support/payloads.ts';
import type { RunningProcess } from '../support/process.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, TABLE } from '../support/running-service.ts';
import { type ServiceProcess, startBuilt, startServiceProcess } from './service.ts';

/** Several processes of the service around one table and one AbuseIPDB, with time for slow lookups. */
export interface Fleet {
  readonly simulator: Simulator;
  /** Starts one more, and gives it back when it is ready. */
  start(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  /** Starts one more without waiting for it. */
  launch(settings?: Readonly<Record<string, string>>): RunningProcess;
  /** A request about one of a few addresses, which each process knows after a while. */
  known(): string;
  /** A request about an address of which AbuseIPDB must be asked, which takes `SLOW`. */
  cold(): string;
  /** A request about an address of which AbuseIPDB is asked and says nothing. */
  hanging(): string;
  /** Ends what is still running. */
  stop(): Promise<void>;
}

/** Milliseconds. */
const SLOW = 1_000;
export const DEADLINE = 2_500;

/** Starts what the processes share. */
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
    ABUSEIPDB_TIMEOUT_MS: String(DEADLINE - 500),
    DECISION_DEADLINE_MS: String(DEADLINE),
    LOG_LEVEL: 'info',
    // As in a task of ECS: the service's own.
    DRAIN_DELAY_MS: '',
  };
  const running: RunningProcess[] = [];
  let asked = 0;
  let invented = 0;
  const newAddress = (fault: Fault) => {
    invented += 1;
    const address = `9.9.${invented >> 8}.${invented & 255}`;
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
    launch(settings = {}) {
      const service = startBuilt({ ...environment, ...settings });
      running.push(service);
      return service;
    },
    known() {
      asked += 1;
      return payloadFrom(`9.8.0.${asked % 50}`);
    },
    cold: () => newAddress({ kind: 'slow', ms: SLOW }),
    hanging: () => newAddress({ kind: 'hang' }),
    async stop() {
      await Promise.all(running.map((service) => service.end()));
      await Promise.all([simulator.close(), dynamoDb.close()]);
    },
  };
}
