import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

// The package has no types.
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)(
  'dynalite',
);

/** A simulated DynamoDB in this process, in memory. */
export interface LocalDynamoDb {
  /** Configuration for a client. Any credentials are accepted. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Creates a table with the schema of the service's table, and waits until it can be used. */
  createTable(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a simulated DynamoDB on a free port, without tables. */
export async function startLocalDynamoDb(): Promise<LocalDynamoDb> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clientConfig = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const client = new DynamoDBClient(clientConfig);
  return {
    clientConfig,
    async createTable(TableName) {
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
        }),
      );
      // The response comes before the table can be used.
      let status: string | undefined;
      while (status !== 'ACTIVE') {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        status = Table?.TableStatus;
      }
    },
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
