import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

// The package brings no types.
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)(
  'dynalite',
);

type Item = Record<string, AttributeValue>;

/** How to reach a local DynamoDB: whatever credentials will do. */
export function localDynamoDb(endpoint: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint, region: 'eu-west-1', credentials };
}

export interface DynamoDb {
  /** Options for a client of it. */
  readonly access: ReturnType<typeof localDynamoDb>;
  /** Creates a table as the stack does, and gives its name. */
  createTable(): Promise<string>;
  /** Stores an item as it is. */
  put(table: string, item: Item): Promise<void>;
  /** Reads an item as it is stored. */
  get(table: string, address: string): Promise<Item | undefined>;
  /** Reads all items as they are stored. */
  items(table: string): Promise<Item[]>;
  close(): Promise<void>;
}

/** DynamoDB's protocol in this process, on a free port, with nothing stored. */
export async function startDynamoDb(): Promise<DynamoDb> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const access = localDynamoDb(`http://127.0.0.1:${port}`);
  const client = new DynamoDBClient(access);
  let tables = 0;
  return {
    access,
    createTable: async () => {
      tables += 1;
      const name = `reputation-${tables}`;
      await client.send(createTable(name));
      return name;
    },
    put: async (table, item) => {
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },
    get: async (table, address) => {
      const key = { TableName: table, Key: { address: { S: address } }, ConsistentRead: true };
      return (await client.send(new GetItemCommand(key))).Item;
    },
    items: async (table) => (await client.send(new ScanCommand({ TableName: table }))).Items ?? [],
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createTable(name: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
  });
}
