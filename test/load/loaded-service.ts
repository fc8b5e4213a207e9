import { fileURLToPath } from 'node:url';
import { startBuilt } from '../faults/service.ts';
import type { RunningProcess } from '../support/process.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, TABLE } from '../support/running-service.ts';

const USAGE = fileURLToPath(new URL('usage.mjs', import.meta.url));

/** What a process uses. */
export interface Usage {
  /** Milliseconds of processor time since its start. */
  readonly cpu: number;
  /** Bytes on the heap and beside it, after a collection. */
  readonly held: number;
  /** Bytes of the machine's memory, which shrink late if at all. */
  readonly resident: number;
}

interface Reply {
  readonly used?: Usage;
}

/** The built service as a process that can take load. */
export interface LoadedService {
  readonly process: RunningProcess;
  readonly origin: string;
  usage(): Promise<Usage>;
  /** Sets its clock so far ahead of the real one, in milliseconds. */
  setAhead(milliseconds: number): Promise<void>;
}

export interface Surroundings {
  /** API root of AbuseIPDB. */
  readonly abuseIpdb: string;
  /** Endpoint of DynamoDB. */
  readonly dynamoDb: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether all that it says is kept; else no more than the start. */
  readonly keepOutput?: boolean;
}

/** Starts the built service on a table that exists, and gives it back when it is ready. */
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
  // A hundred megabytes of decision records: read, as a log driver does, but not kept.
  if (!keepOutput) service.child.stdout?.removeAllListeners('data').resume();
  /** Sends a message. Its surroundings answer each; what it has used comes besides. */
  const reply = (message: object | string, isIt: (reply: Reply) => boolean) =>
    new Promise<Reply>((resolve) => {
      const onMessage = (answer: Reply) => {
        if (!isIt(answer)) return;
        service.child.off('message', onMessage);
        resolve(answer);
      };
      service.child.on('message', onMessage).send(message);
    });
  return {
    process: service,
    origin: `http://127.0.0.1:${port}`,
    async usage() {
      const { used } = await reply('usage', (answer) => answer.used !== undefined);
      if (used === undefined) throw new Error('It does not say what it has used.');
      return used;
    },
    async setAhead(ahead) {
      await reply({ ahead }, (answer) => answer.used === undefined);
    },
  };
}
