import { fileURLToPath } from 'node:url';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Fault } from '../../../app/dev/simulator/fault.ts';
import { recordItem, recordKey } from '../../../app/src/signals/reputation/cache/item.ts';
import { REPUTATION_DEFAULTS } from '../../../app/src/signals/reputation/limits.ts';
import { type ServerProcess, startServer } from '../processes.ts';

/** AbuseIPDB and DynamoDB, each in its own process. */
export interface Surroundings {
  /** API root of the simulated AbuseIPDB. */
  readonly abuseIpdb: string;
  /** Sets how AbuseIPDB fails, or with `undefined` that it responds correctly and at once. */
  setFault(fault: Fault | undefined): Promise<void>;
  readonly dynamoDb: string;
  /** Creates an empty table and returns its name. */
  newTable(): Promise<string>;
  /** Stores fresh records of these addresses. */
  fill(table: string, addresses: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

/** The region and credentials with which the service and the benchmark call DynamoDB. */
export const AWS = {
  AWS_REGION: 'local',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
};

/** Starts one of the processes in this folder. */
export function startSurroundingProcess(
  name: 'abuseipdb' | 'dynamodb' | 'known-addresses',
): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(`${name}-process.ts`, import.meta.url));
  return startServer('surroundings', ['--import', 'tsx', file]);
}

export async function startSurroundings(): Promise<Surroundings> {
  const [simulator, dynamoDb] = await Promise.all([
    startSurroundingProcess('abuseipdb'),
    startSurroundingProcess('dynamodb'),
  ]);
  const client = new DynamoDBClient({
    endpoint: dynamoDb.origin,
    region: AWS.AWS_REGION,
    credentials: { accessKeyId: AWS.AWS_ACCESS_KEY_ID, secretAccessKey: AWS.AWS_SECRET_ACCESS_KEY },
  });
  let tables = 0;
  return {
    abuseIpdb: `${simulator.origin}/api/v2`,
    setFault: (fault) => setFault(simulator.origin, fault),
    dynamoDb: dynamoDb.origin,
    async newTable() {
      tables += 1;
      const name = `reputation-${tables}`;
      await client.send(createTable(name));
      return name;
    },
    fill: (table, addresses) => fill(client, table, addresses),
    async end() {
      client.destroy();
      await Promise.all([simulator.end(), dynamoDb.end()]);
    },
  };
}

async function setFault(origin: string, fault: Fault | undefined): Promise<void> {
  const response = await fetch(`${origin}/simulator/fault`, {
    method: fault === undefined ? 'DELETE' : 'PUT',
    ...(fault === undefined ? {} : { body: JSON.stringify(fault) }),
  });
  if (!response.ok) throw new Error(`The simulator rejected the fault: ${await response.text()}`);
}

function createTable(TableName: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
  });
}

/** The limit of BatchWriteItem. */
const MAX_BATCH_ITEMS = 25;

async function fill(
  client: DynamoDBClient,
  table: string,
  addresses: readonly string[],
): Promise<void> {
  const { maxAgeInDays, maxStaleAge } = REPUTATION_DEFAULTS;
  const checkedAt = Date.now();
  for (let from = 0; from < addresses.length; from += MAX_BATCH_ITEMS) {
    const requests = addresses.slice(from, from + MAX_BATCH_ITEMS).map((address) => {
      const record = { score: 0, reports: 0, reporters: 0, tor: false, checkedAt };
      const key = recordKey(address, maxAgeInDays);
      return { PutRequest: { Item: recordItem(key, record, checkedAt + maxStaleAge) } };
    });
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  }
}
