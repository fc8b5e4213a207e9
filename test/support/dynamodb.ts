import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';

type Item = Record<string, AttributeValue>;

/** Returns client options for a local DynamoDB, which accepts any credentials. */
export function localDynamoDb(endpoint: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint, region: 'eu-west-1', credentials };
}

export interface DynamoDb {
  /** Client options. */
  readonly access: LocalDynamoDb['clientConfig'];
  /** Creates a table like that of the stack, and returns its name. */
  createTable(): Promise<string>;
  /** Stores an item. */
  put(table: string, item: Item): Promise<void>;
  /** Reads an item. */
  get(table: string, address: string): Promise<Item | undefined>;
  /** Returns all items of a table. */
  items(table: string): Promise<Item[]>;
  close(): Promise<void>;
}

/** Starts a local DynamoDB in this process. */
export async function startDynamoDb(): Promise<DynamoDb> {
  const local = await startLocalDynamoDb();
  const client = new DynamoDBClient(local.clientConfig);
  let tables = 0;
  return {
    access: local.clientConfig,
    createTable: async () => {
      tables += 1;
      const name = `reputation-${tables}`;
      await local.createTable(name);
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
      await local.close();
    },
  };
}
