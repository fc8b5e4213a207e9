import { once } from 'node:events';
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
  return {
    process: service,
    origin: `http://127.0.0.1:${port}`,
    async memory() {
      // The surroundings of the service reply to every message, too.
      for (service.child.send('usage'); ; ) {
        const [{ memory }] = await once(service.child, 'message');
        if (memory !== undefined) return memory;
      }
    },
    async setClock(ahead) {
      const replied = once(service.child, 'message');
      service.child.send({ ahead });
      await replied;
    },
  };
}
