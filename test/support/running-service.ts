import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { MAX_LOOKUP_BUDGET } from '../../app/src/config/setting-table.ts';
import { readSettings } from '../../app/src/config/settings.ts';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { type ServiceOptions, startService } from '../../app/src/service.ts';
import { createDynamoDbClient } from '../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { createLog } from '../../app/src/telemetry/log.ts';

export const SECRET = 'the-credential-of-the-caller';
export const CREDENTIAL = JSON.stringify({
  scheme: 'api-key',
  header: 'x-api-key',
  secret: SECRET,
});
export const ABUSEIPDB_KEY = 'the-key-of-abuseipdb';
export const TABLE = 'reputation';

/** For tests that need more lookups than one client, user or network gets. */
export const LARGEST_BUDGETS = Object.fromEntries(
  ['USER', 'CLIENT', 'NETWORK', 'SUBNET'].map((name) => [
    `LOOKUP_BUDGET_${name}`,
    String(MAX_LOOKUP_BUDGET),
  ]),
);

/** An empty setting counts as not set. */
export const DEFAULT_BUDGETS = Object.fromEntries(
  Object.keys(LARGEST_BUDGETS).map((name) => [name, '']),
);

/** Returns settings for a service that uses the simulator and `TABLE`. */
export function settingsFor(simulator: Simulator): Record<string, string> {
  return {
    PORT: '0',
    ACTION_CREDENTIAL: CREDENTIAL,
    ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
    ABUSEIPDB_BASE_URL: simulator.url,
    REPUTATION_TABLE: TABLE,
    // The longest limits, so that a busy machine causes neither a cache miss nor a timeout.
    DECISION_DEADLINE_MS: '2500',
    ABUSEIPDB_TIMEOUT_MS: '4000',
    DYNAMODB_TIMEOUT_MS: '4000',
    DRAIN_DELAY_MS: '0',
    // The cache allocates all of them at once, in each of the many services.
    REPUTATION_MEMORY_ENTRIES: '1000',
  };
}

export interface RunningService {
  readonly origin: string;
  readonly simulator: Simulator;
  readonly dynamoDb: LocalDynamoDb;
  /** All lines of the log. */
  readonly lines: readonly string[];
  /** The decision records, in order. */
  decisions(): Record<string, unknown>[];
  /** Posts a body to the action, with the correct credential unless other headers are given. */
  post(body: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

export interface RunningServiceOptions {
  /** The policy as YAML. @default the default policy */
  readonly policy?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** What `npm start` adds. */
  readonly extensions?: Pick<ServiceOptions, 'mount' | 'onRecord'>;
}

/** Starts the service in this process, with a simulated DynamoDB and AbuseIPDB. */
export async function startTestService(
  options: RunningServiceOptions = {},
): Promise<RunningService> {
  const { policy, settings = {}, now, extensions } = options;
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-'));
  const policyFile = join(folder, 'policy.yaml');
  if (policy !== undefined) writeFileSync(policyFile, policy);
  const [simulator, dynamoDb] = await Promise.all([
    startSimulator({ key: ABUSEIPDB_KEY }),
    startLocalDynamoDb(),
  ]);
  await dynamoDb.createTable(TABLE);
  const lines: string[] = [];
  const allSettings = readSettings({
    ...settingsFor(simulator),
    LOG_LEVEL: 'trace',
    ...(policy !== undefined && { POLICY_FILE: policyFile }),
    ...settings,
  });
  const service = await startService(
    allSettings,
    createLog(allSettings.logLevel, { write: (line) => void lines.push(line) }),
    {
      dynamoDb: createDynamoDbClient({ ...dynamoDb.clientConfig, timeout: 4000 }),
      ...(now && { now }),
      ...extensions,
    },
  );
  const origin = `http://127.0.0.1:${service.port}`;
  return {
    origin,
    simulator,
    dynamoDb,
    lines,
    decisions: () =>
      lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'decision'),
    post: (body, headers = { 'x-api-key': SECRET }) =>
      fetch(`${origin}${ACTION_PATH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      }),
    async stop() {
      await service.stop();
      await Promise.all([simulator.close(), dynamoDb.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}
