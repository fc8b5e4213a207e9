import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBuilt } from '../faults/service.ts';
import type { RunningProcess } from '../support/process.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, TABLE } from '../support/running-service.ts';

const USAGE = fileURLToPath(new URL('usage.mjs', import.meta.url));

/** The longest that the settings allow: a busy machine must not turn a response into a timeout. */
export const LONG_TIME_LIMITS = {
  DECISION_DEADLINE_MS: '2500',
  ABUSEIPDB_TIMEOUT_MS: '4000',
  DYNAMODB_TIMEOUT_MS: '4000',
};

/** Measurements in a row that find no less memory in use than before, and the time between two. */
const SETTLED_MEASUREMENTS = 5;
const MEASUREMENT_INTERVAL_MS = 100;

export interface Memory {
  /** Heap and external memory after a garbage collection. */
  readonly usedBytes: number;
  /** Resident set, which shrinks late if at all. */
  readonly residentBytes: number;
}

/** The built service as a process for load tests. */
export interface LoadedService {
  readonly process: RunningProcess;
  readonly origin: string;
  /** Measures the memory in use once it no longer falls. */
  memory(): Promise<Memory>;
  /** Sets its clock, which stands still otherwise, to this many milliseconds after its start. */
  setClock(aheadMs: number): Promise<void>;
}

export interface Surroundings {
  /** API root of AbuseIPDB. */
  readonly abuseIpdb: string;
  /** Endpoint of DynamoDB. */
  readonly dynamoDb: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether the output is kept after the start. @default false */
  readonly keepOutput?: boolean;
}

/** Starts the built service and waits until it is ready. */
export async function startLoadedService(surroundings: Surroundings): Promise<LoadedService> {
  const { abuseIpdb, dynamoDb, settings, keepOutput = false } = surroundings;
  const service = startBuilt({
    ACTION_CREDENTIAL: CREDENTIAL,
    ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
    ABUSEIPDB_BASE_URL: abuseIpdb,
    REPUTATION_TABLE: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb,
    LOG_LEVEL: 'info',
    NODE_OPTIONS: `--import ${USAGE}`,
    ...settings,
  });
  const [, port] = await service.waitForOutput(/"event":"ready","port":(\d+)/);
  // A hundred megabytes of decision records: read, as by a log driver, but not kept.
  if (!keepOutput) service.child.stdout?.removeAllListeners('data').resume();
  async function measure(): Promise<Memory> {
    // The surroundings of the service reply to every message, too.
    for (service.child.send('usage'); ; ) {
      const [{ memory }] = await once(service.child, 'message');
      if (memory !== undefined) return memory;
    }
  }

  return {
    process: service,
    origin: `http://127.0.0.1:${port}`,
    async memory() {
      let lowest = await measure();
      // Buffered output is freed as it is read, which takes longer on a busy machine; what is retained stays.
      for (let unchanged = 0; unchanged < SETTLED_MEASUREMENTS; unchanged++) {
        await wait(MEASUREMENT_INTERVAL_MS);
        const memory = await measure();
        if (memory.usedBytes < lowest.usedBytes) {
          lowest = memory;
          unchanged = -1;
        }
      }
      return lowest;
    },
    async setClock(ahead) {
      const replied = once(service.child, 'message');
      service.child.send({ ahead });
      await replied;
    },
  };
}
