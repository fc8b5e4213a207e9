import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { startSimulator } from '../../app/dev/simulator/simulator.ts';
import { readSettings } from '../../app/src/config/settings.ts';
import { type Service, startService } from '../../app/src/service.ts';
import { createDynamoDbClient } from '../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { createLog } from '../../app/src/telemetry/log.ts';
import { LARGEST_BUDGETS } from '../support/running-service.ts';

export const ABUSEIPDB_KEY = 'the-key-of-the-operator';

/** The endpoint of a deployment, whose tasks are replaced by each deployment. */
export interface RolloutService {
  /** The origin of the endpoint, which stays the same. */
  readonly origin: string;
  /** The log of all tasks, without line feeds. */
  readonly lines: readonly string[];
  /** Replaces the task by one with this environment. */
  replaceTask(environment: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** Starts the endpoint without a task, and a simulated AbuseIPDB. Tasks run in this process, to have its clock. */
export async function startRolloutService(): Promise<RolloutService> {
  const simulator = await startSimulator({ key: ABUSEIPDB_KEY });
  const dynamoDb = await startLocalDynamoDb();
  const tables = new Set<string>();
  const lines: string[] = [];
  let task: Service | undefined;
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const target = { host: '127.0.0.1', port: task?.port, method, path, headers };
    const forwarded = httpRequest(target, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lines,
    async replaceTask(environment) {
      const settings = readSettings({
        ...environment,
        ...LARGEST_BUDGETS,
        ABUSEIPDB_BASE_URL: simulator.url,
        PORT: '0',
        // A busy machine is slower than AWS.
        DECISION_DEADLINE_MS: '2500',
        ABUSEIPDB_TIMEOUT_MS: '4000',
        DYNAMODB_TIMEOUT_MS: '4000',
        DRAIN_DELAY_MS: '0',
      });
      const write = (line: string) => void lines.push(line.trimEnd());
      const table = environment.REPUTATION_TABLE ?? '';
      if (!tables.has(table)) await dynamoDb.createTable(table);
      tables.add(table);
      const next = await startService(settings, createLog('info', { write }), {
        // Moto takes seconds for the records of two weeks.
        dynamoDb: createDynamoDbClient({ ...dynamoDb.clientConfig, timeout: 4000 }),
      });
      await task?.stop();
      task = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await task?.stop();
      await Promise.all([simulator.close(), dynamoDb.close()]);
    },
  };
}
