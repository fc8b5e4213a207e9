import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { type Item, recordKey } from '../../app/src/signals/reputation/cache/item.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, LARGEST_BUDGETS, TABLE } from '../support/running-service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type DynamoDbFront, startDynamoDbFront } from './dynamodb-front.ts';
import { type ServiceProcess, startServiceProcess } from './service.ts';
import { HOST_NAME, startTlsFront, type TlsFront } from './tls-front.ts';

/** The score of every address at AbuseIPDB, and the lifetime (seconds) that the policy sets for it. */
export const SCORE = 50;
export const LIFETIME = 50;

/** The service as a process, with everything around it in which tests inject faults. */
export interface World {
  readonly service: ServiceProcess;
  /** For starting another process of the service. */
  readonly environment: Readonly<Record<string, string>>;
  readonly simulator: Simulator;
  /** The proxy to AbuseIPDB, which carries TLS. */
  readonly abuseIpdb: TcpProxy;
  readonly tls: TlsFront;
  /** The proxy to DynamoDB. */
  readonly dynamoDb: TcpProxy;
  readonly dynamoDbFront: DynamoDbFront;
  /** Returns an address that has not been used, in a network of its own. */
  newAddress(): string;
  /** Stores an item directly, unaffected by faults. */
  putItem(item: Item): Promise<void>;
  /** Returns the stored item of an address. */
  itemOf(address: string): Promise<Item | undefined>;
  stop(): Promise<void>;
}

/** Starts a world without faults. */
export async function startWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const [simulator, local] = await Promise.all([
    startSimulator({ quota: 1_000_000 }),
    startLocalDynamoDb(),
  ]);
  await local.createTable(TABLE);
  const tls = await startTlsFront(Number(new URL(simulator.url).port));
  const dynamoDbFront = await startDynamoDbFront(local.clientConfig.endpoint);
  const abuseIpdb = await startTcpProxy(tls.port);
  const dynamoDb = await startTcpProxy(dynamoDbFront.port);
  const client = new DynamoDBClient(local.clientConfig);
  const environment = {
    ACTION_CREDENTIAL: CREDENTIAL,
    ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
    ABUSEIPDB_BASE_URL: `https://${HOST_NAME}:${abuseIpdb.port}/api/v2`,
    NODE_EXTRA_CA_CERTS: tls.trusted,
    REPUTATION_TABLE: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynamoDb.port}`,
    ...LARGEST_BUDGETS,
    ...settings,
  };
  const service = await startServiceProcess(environment);
  let addresses = 0;
  return {
    service,
    environment,
    simulator,
    abuseIpdb,
    tls,
    dynamoDb,
    dynamoDbFront,
    newAddress() {
      addresses += 1;
      const address = `9.${64 + (addresses >> 8)}.${addresses & 255}.1`;
      simulator.setRecord(address, { abuseConfidenceScore: SCORE });
      return address;
    },
    async putItem(item) {
      await client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
    },
    async itemOf(address) {
      const key = { TableName: TABLE, Key: { address: { S: recordKey(address, 30) } } };
      return (await client.send(new GetItemCommand(key))).Item;
    },
    async stop() {
      await service.process.end();
      client.destroy();
      await Promise.all([abuseIpdb.close(), dynamoDb.close()]);
      await Promise.all([tls.close(), dynamoDbFront.close()]);
      await Promise.all([simulator.close(), local.close()]);
    },
  };
}
